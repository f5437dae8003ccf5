// Command serve greets who is calling:
//
//	CFACCESS_TEAM=acme CFACCESS_AUDIENCE=32ea… go run -tags cfaccess_dev ./serve 8000
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func hello(w http.ResponseWriter, r *http.Request) {
	if claims, ok := cfaccess.FromContext(r.Context()); ok {
		fmt.Fprintln(w, "hello,", claims.Email())
		return
	}
	fmt.Fprintln(w, "healthy")
}

func protection() (cfaccess.Middleware, error) {
	team, audience := os.Getenv("CFACCESS_TEAM"), os.Getenv("CFACCESS_AUDIENCE")
	keys, err := cfaccess.RemoteKeys(team, cfaccess.RemoteOptions{})
	if err != nil {
		return nil, err
	}
	verifier, err := cfaccess.NewVerifier(cfaccess.Config{Team: team, Audiences: []string{audience}}, keys)
	if err != nil {
		return nil, err
	}
	return cfaccess.NewMiddleware(cfaccess.Guard{
		Routes:    []cfaccess.Route{{Verifier: verifier}},
		Open:      []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
		OnRefusal: func(r *http.Request, refusal *cfaccess.AccessError) { log.Print(r.URL.Path, " ", refusal) },
	})
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s PORT", os.Args[0])
	}
	protect, err := protection()
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], protect(http.HandlerFunc(hello))))
}
