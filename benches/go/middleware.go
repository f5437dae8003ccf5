package main

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cfaccess/cfaccess/bindings/go"
)

// prepareMiddleware protects a handler that reads the e-mail.
func prepareMiddleware(folder string, verifier *cfaccess.Verifier) func() {
	protect := must(cfaccess.NewMiddleware(cfaccess.Guard{
		Routes:      []cfaccess.Route{{Verifier: verifier}},
		CheckOrigin: true,
	}))
	handler := protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		claims, _ := cfaccess.FromContext(r.Context())
		present(claims.Email())
	}))
	request := &http.Request{
		Method:     http.MethodGet,
		URL:        &url.URL{Path: "/"},
		RequestURI: "/",
		Host:       "app.example.com",
		Header:     http.Header{},
	}
	for _, line := range strings.Split(read(folder, "request"), "\n") {
		name, value, _ := strings.Cut(line, ": ")
		if http.CanonicalHeaderKey(name) == "Host" {
			request.Host = value
			continue
		}
		request.Header.Add(name, value)
	}
	return func() { handler.ServeHTTP(nil, request) }
}
