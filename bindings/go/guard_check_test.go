package cfaccess_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
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

func TestAdmitGivesTheRequestOfTheHandlerOrTheRefusal(t *testing.T) {
	var told []string
	protect := newMiddleware(t, cfaccess.Guard{
		Routes:    []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		Open:      []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
		OnRefusal: func(_ *http.Request, refusal *cfaccess.AccessError) { told = append(told, refusal.Status) },
	})
	for _, test := range []struct {
		request *http.Request
		who     string
	}{
		{request("GET", "/", assertion, currentToken(t, nil)), theUser},
		{request("GET", "/healthz", userEmail, "forged@example.com"), theOpen},
	} {
		accepted, err := protect.Admit(test.request)
		if err != nil {
			t.Fatal(err)
		}
		expectAccepted(t, answer(http.HandlerFunc(callerHandler), accepted), test.who)
	}

	accepted, err := protect.Admit(request("GET", "/"))

	expectError(t, err, cfaccess.ErrNoToken)
	if accepted != nil || !slices.Equal(told, []string{"NO_TOKEN"}) {
		t.Errorf("got %v, told of %q", accepted, told)
	}
}

func TestAdmitRefusesWhatAnotherMiddlewareAnswers(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}})
	teapot := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "short and stout", http.StatusTeapot) })
	}
	wrapped := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			protect(next).ServeHTTP(struct{ http.ResponseWriter }{w}, r)
		})
	}
	for name, outer := range map[string]cfaccess.Middleware{"instead": teapot, "by another writer": wrapped} {
		t.Run(name, func(t *testing.T) {
			accepted, err := outer.Admit(request("GET", "/"))

			expectError(t, err, cfaccess.ErrInternal)
			if accepted != nil {
				t.Errorf("got %v", accepted)
			}
		})
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
