package cfaccess_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// The type of middleware that other packages take.
var _ = func(middleware cfaccess.Middleware) func(http.Handler) http.Handler { return middleware }

func TestCheckRefusesAsTheHandlerDoes(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}})
	recorder := httptest.NewRecorder()

	accepted, ok := protect.Check(recorder, request("GET", "/"))

	if ok || accepted != nil {
		t.Errorf("got %v, %v", accepted, ok)
	}
	expectRefused(t, recorder, 401, "NO_TOKEN")
}

func TestCheckGivesTheRequestOfTheHandler(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		Open:   []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
	})
	for _, test := range []struct {
		request *http.Request
		who     string
	}{
		{request("GET", "/", assertion, currentToken(t, nil)), theUser},
		{request("GET", "/healthz", userEmail, "forged@example.com"), theOpen},
	} {
		recorder := httptest.NewRecorder()

		accepted, ok := protect.Check(recorder, test.request)

		if !ok || recorder.Body.Len() > 0 || len(recorder.Header()) > 0 {
			t.Fatalf("got %v, with an answer: %v %s", ok, recorder.Header(), recorder.Body)
		}
		expectAccepted(t, answer(http.HandlerFunc(callerHandler), accepted), test.who)
	}
}

// Routers such as those of chi and echo use the encoded path if the URL has one.
func TestAPathThatDecidedIsPassedOnDecoded(t *testing.T) {
	verifier := acmeVerifier(t)
	open := cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: verifier}},
		Open:   []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
	}
	prefixes := cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}, {Prefix: "/admin", Verifier: verifier}}}
	for name, test := range map[string]struct {
		guard   cfaccess.Guard
		path    string
		rawPath string
	}{
		"open":            {open, "/health%7A", ""},
		"by prefix":       {prefixes, "/%61dmin", ""},
		"by other prefix": {prefixes, "/%62", ""},
		"one route":       {open, "/%61dmin", "/%61dmin"},
	} {
		t.Run(name, func(t *testing.T) {
			original := request("GET", test.path, assertion, currentToken(t, nil))

			accepted, ok := newMiddleware(t, test.guard).Check(httptest.NewRecorder(), original)

			if !ok || accepted.URL.RawPath != test.rawPath || original.URL.RawPath != test.path {
				t.Errorf("got %v, %+v from %+v", ok, accepted.URL, original.URL)
			}
		})
	}
}
