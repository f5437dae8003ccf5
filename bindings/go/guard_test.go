package cfaccess_test

import (
	"context"
	"net/http"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestAHandlerSeesWhoIsCalling(t *testing.T) {
	got := answer(guarded(t, nil), request("GET", "/", assertion, currentToken(t, nil)))

	expectAccepted(t, got, theUser)
}

func TestAHandlerIsNotReachedWithoutAToken(t *testing.T) {
	reached := false
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}})
	handler := protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))

	got := answer(handler, request("GET", "/"))

	expectRefused(t, got, 401, "NO_TOKEN")
	if reached {
		t.Error("the handler was reached")
	}
}

func TestAHandlerSeesTheVerifiedEmailOnly(t *testing.T) {
	config := acmeConfig()
	config.AllowAnyService, config.EmailHeader = true, cfaccess.EmailHeaderIgnore
	person := currentToken(t, nil)
	service := newMinter(t, "acme-1").token(t, currentClaims(serviceClaims(nil), nil))
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.Routes[0].Verifier = newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
		guard.Open = []cfaccess.OpenPath{{Method: "GET", Path: "/open"}}
	})
	for name, test := range map[string]struct {
		target, token, who string
	}{
		"a person":     {"/", person, theUser},
		"a service":    {"/", service, theService},
		"an open path": {"/open", person, theOpen},
	} {
		t.Run(name, func(t *testing.T) {
			forged := request("GET", test.target, assertion, test.token,
				userEmail, "admin@example.com", userEmail, "root@example.com")

			expectAccepted(t, answer(handler, forged), test.who)

			if len(forged.Header.Values(userEmail)) != 2 {
				t.Error("the original request was changed")
			}
		})
	}
}

func TestNoSpellingOfTheEmailHeaderGetsThrough(t *testing.T) {
	var seen http.Header
	protect := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		Open:   []cfaccess.OpenPath{{Method: "GET", Path: "/"}},
	})
	handler := protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	forged := request("GET", "/", "Cf_access_authenticated-User_email", "admin@example.com")
	forged.Header["cf-access-authenticated-user-email"] = []string{"admin@example.com"}
	forged.Header["X-Other"] = []string{"stays"}

	answer(handler, forged)

	if len(seen) != 1 || seen.Get("X-Other") != "stays" {
		t.Errorf("got %v", seen)
	}
}

func TestAPersonWithAnotherEmailHeaderIsRefused(t *testing.T) {
	got := answer(guarded(t, nil), request("GET", "/", assertion, currentToken(t, nil), userEmail, "admin@example.com"))

	expectRefused(t, got, 403, "IDENTITY_MISMATCH")
}

func TestOpenPathsAreExact(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.Open = []cfaccess.OpenPath{
			{Method: "GET", Path: "/healthz"},
			{Method: "OPTIONS", Path: "/api/items"},
			{Host: "hooks.example.com", Method: "POST", Path: "/hook"},
		}
	})
	for _, open := range []struct{ method, target string }{
		{"GET", "/healthz"},
		{"GET", "/healthz?full=1"},
		{"GET", "http://10.0.0.7:8080/healthz"},
		{"GET", "/health%7A"},
		{"OPTIONS", "/api/items"},
		{"POST", "http://hooks.example.com:8080/hook"},
		{"POST", "http://HOOKS.example.com./hook"},
	} {
		expectAccepted(t, answer(handler, request(open.method, open.target)), theOpen)
	}
	for _, closed := range []struct{ method, target string }{
		{"HEAD", "/healthz"},
		{"POST", "/healthz"},
		{"get", "/healthz"},
		{"GET", "/healthz/"},
		{"GET", "/healthz/deep"},
		{"GET", "/HEALTHZ"},
		{"GET", "/healthz;a=b"},
		{"GET", "//healthz"},
		{"GET", "/x/../healthz"},
		{"GET", "/healthz%2f"},
		{"GET", "/api/items"},
		{"OPTIONS", "/api/items/1"},
		{"OPTIONS", "/api%2Fitems"},
		{"POST", "/hook"},
		{"POST", "http://hooks.example.com.evil.example/hook"},
	} {
		if got := answer(handler, request(closed.method, closed.target)); got.Code != 401 {
			t.Errorf("%s %s: got %d %s", closed.method, closed.target, got.Code, got.Body)
		}
	}
}

func TestATokenOnAnOpenPathIsIgnored(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.Open = []cfaccess.OpenPath{{Method: "GET", Path: "/"}}
	})

	expectAccepted(t, answer(handler, request("GET", "/", assertion, currentToken(t, nil))), theOpen)
	expectAccepted(t, answer(handler, request("GET", "/", assertion, "garbage")), theOpen)
}

func TestAContextWithoutAGuardIsNeitherOpenNorVerified(t *testing.T) {
	claims, ok := cfaccess.FromContext(context.Background())

	if claims != nil || ok || cfaccess.IsOpen(context.Background()) {
		t.Errorf("got %v, %v", claims, ok)
	}
}

func TestAGuardOfAClosedVerifierRefuses(t *testing.T) {
	verifier := acmeVerifier(t)
	handler := guarded(t, func(guard *cfaccess.Guard) { guard.Routes[0].Verifier = verifier })

	verifier.Close()

	expectRefused(t, answer(handler, request("GET", "/", assertion, currentToken(t, nil))), 500, "INVALID_ARGUMENT")
}

func TestOnRefusalIsCalledWithRefusals(t *testing.T) {
	var told []string
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.OnRefusal = func(r *http.Request, refusal *cfaccess.AccessError) {
			told = append(told, r.URL.Path+" "+refusal.Error())
		}
	})
	expired := currentToken(t, object{"exp": now.Unix(), "iat": now.Unix() - 1})

	answer(handler, request("GET", "/good", assertion, currentToken(t, nil)))
	got := answer(handler, request("GET", "/bad", assertion, expired))

	if len(told) != 1 || len(told[0]) < len("/bad cfaccess: EXPIRED: the token expired") {
		t.Errorf("told %q", told)
	}
	expectRefused(t, got, 401, "EXPIRED")
}

func TestNoRequestPassesIfOnRefusalPanics(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{
		Routes:    []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		OnRefusal: func(*http.Request, *cfaccess.AccessError) { panic("the hook") },
	})
	defer func() {
		if reason := recover(); reason != "the hook" {
			t.Errorf("got %v", reason)
		}
	}()

	answer(protect(nobodyHandler), request("GET", "/"))

	t.Error("the request was answered")
}
