package cfaccess_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
			for range 2 { // the second time it is a hit
				forged := request("GET", test.target, assertion, test.token,
					userEmail, "admin@example.com", userEmail, "root@example.com")

				expectAccepted(t, answer(handler, forged), test.who)

				if len(forged.Header.Values(userEmail)) != 2 {
					t.Error("the original request was changed")
				}
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

func TestNoOtherSpellingGetsThroughNextToTheVerifiedEmail(t *testing.T) {
	var seen http.Header
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}}})
	handler := protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }))
	forged := request("GET", "/", assertion, currentToken(t, nil), userEmail, "user@example.com")
	forged.Header["Cf_Access_Authenticated_User_Email"] = []string{"admin@example.com"}

	answer(handler, forged)

	if len(seen) != 2 || seen.Get(userEmail) != "user@example.com" {
		t.Errorf("got %v", seen)
	}
}

// A map that net/http did not make may have names in any case.
func TestHeadersAreReadInAnyCase(t *testing.T) {
	written := request("GET", "/")
	written.Header["cf-access-JWT-assertion"] = []string{currentToken(t, nil)}

	expectAccepted(t, answer(guarded(t, nil), written), theUser)
}

// The library is asked for the whole request in one piece, which a NUL would divide.
func TestAPathWithANULIsRefused(t *testing.T) {
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		Open:   []cfaccess.OpenPath{{Method: "GET", Path: "/"}},
	})(nobodyHandler)

	for _, path := range []string{"/%00", "/%00%00", "/x%00accept%00text/plain"} {
		expectRefused(t, answer(handler, request("GET", path, assertion, currentToken(t, nil))), 403, "UNCLEAN_PATH")
	}
}

func TestAnOpenPathPassesWithoutAToken(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.Open = []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}}
	})

	expectAccepted(t, answer(handler, request("GET", "/healthz?full=1")), theOpen)
	expectRefused(t, answer(handler, request("GET", "/healthz/")), 401, "NO_TOKEN")
}

func TestAnAllowedPreflightPassesWithoutAToken(t *testing.T) {
	preflight := request("OPTIONS", "/", "Origin", "https://app.example.com", "Access-Control-Request-Method", "PUT")

	expectRefused(t, answer(guarded(t, nil), preflight), 401, "NO_TOKEN")

	handler := guarded(t, func(guard *cfaccess.Guard) { guard.AllowPreflight = true })
	expectAccepted(t, answer(handler, preflight), theOpen)
}

func TestAContextWithoutAGuardIsNeitherOpenNorVerified(t *testing.T) {
	claims, ok := cfaccess.FromContext(context.Background())

	if claims != nil || ok || cfaccess.IsOpen(context.Background()) {
		t.Errorf("got %v, %v", claims, ok)
	}
}

func TestAGuardKeepsItsVerifiers(t *testing.T) {
	verifier := acmeVerifier(t)
	handler := guarded(t, func(guard *cfaccess.Guard) { guard.Routes[0].Verifier = verifier })

	verifier.Close()

	for range 2 {
		expectAccepted(t, answer(handler, request("GET", "/", assertion, currentToken(t, nil))), theUser)
	}
}

// Requests share buffers one after another, never at once.
func TestEachOfManyRequestsGetsItsOwnClaims(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})
	emails := make([]string, goroutines)
	tokens := make([]string, goroutines)
	for i := range tokens {
		emails[i] = strings.Repeat("x", i+1) + "@example.com"
		tokens[i] = signer.token(t, currentClaims(personClaims(object{"email": emails[i]}), nil))
	}
	var wrong atomic.Int32

	together(func(number int) {
		for range 100 {
			accepted, ok := protect.Check(httptest.NewRecorder(), request("GET", "/", assertion, tokens[number]))
			if !ok || accepted.Header.Get(userEmail) != emails[number] {
				wrong.Add(1)
			}
		}
	})

	if wrong.Load() > 0 {
		t.Errorf("%d requests got other claims", wrong.Load())
	}
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

	if len(told) != 1 || !strings.HasPrefix(told[0], "/bad cfaccess: EXPIRED: the token expired") {
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
