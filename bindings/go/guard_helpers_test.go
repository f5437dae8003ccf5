package cfaccess_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// callerHandler writes what a handler behind a middleware knows of its caller.
func callerHandler(w http.ResponseWriter, r *http.Request) {
	who := "nobody"
	if claims, ok := cfaccess.FromContext(r.Context()); ok {
		who = claims.PrincipalID()
	}
	fmt.Fprintf(w, "%s open=%v email=%q", who, cfaccess.IsOpen(r.Context()), r.Header.Values(userEmail))
}

// nobodyHandler is for requests that must not reach a handler.
var nobodyHandler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
	panic("the handler was reached")
})

const (
	theUser    = `acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94 open=false email=["user@example.com"]`
	theService = `acme.cloudflareaccess.com/service/` + clientID + ` open=false email=[]`
	theOpen    = `nobody open=true email=[]`
)

func newMiddleware(t testing.TB, guard cfaccess.Guard) cfaccess.Middleware {
	t.Helper()
	protect, err := cfaccess.NewMiddleware(guard)
	if err != nil {
		t.Fatal(err)
	}
	return protect
}

// guarded protects callerHandler with one verifier for all requests.
func guarded(t testing.TB, change func(*cfaccess.Guard)) http.Handler {
	t.Helper()
	guard := cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}}
	if change != nil {
		change(&guard)
	}
	return newMiddleware(t, guard)(http.HandlerFunc(callerHandler))
}

// verifierFor accepts tokens for one audience, with shared keys.
func verifierFor(t testing.TB, keys *cfaccess.Keys, audience string) *cfaccess.Verifier {
	t.Helper()
	return newVerifier(t, cfaccess.Config{Team: team, Audiences: []string{audience}}, keys)
}

// request makes a request with headers given as name, value, name, value…
func request(method, target string, headers ...string) *http.Request {
	made := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		made.Header.Add(headers[i], headers[i+1])
	}
	return made
}

func answer(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func expectAccepted(t testing.TB, got *httptest.ResponseRecorder, who string) {
	t.Helper()
	if got.Code != http.StatusOK || got.Body.String() != who {
		t.Errorf("got %d %s, expected %s", got.Code, got.Body, who)
	}
}

// expectRefused expects an answer in JSON.
func expectRefused(t testing.TB, got *httptest.ResponseRecorder, code int, status string) {
	t.Helper()
	var body struct{ Status, Message string }
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
		t.Fatalf("got %d %s: %v", got.Code, got.Body, err)
	}
	if got.Code != code || body.Status != status || body.Message == "" {
		t.Errorf("got %d %+v, expected %d %s", got.Code, body, code, status)
	}
}
