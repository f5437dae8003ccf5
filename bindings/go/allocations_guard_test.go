//go:build !asan && !race && !cfaccess_gc

package cfaccess_test

import (
	"net/http"
	"net/url"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// The two are the context with the claims, and the request with that context. (The race detector and
// constant collection empty the pool of buffers.)
func TestAHitOfAMiddlewareAllocatesARequest(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}, CheckOrigin: true})
	handler := protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	request := requestFromBrowser(currentToken(t, nil), nil)
	request.URL = &url.URL{Path: "/"}

	allocations := testing.AllocsPerRun(1000, func() { handler.ServeHTTP(nil, request) })

	if allocations > 2 {
		t.Errorf("%v allocations a request", allocations)
	}
}
