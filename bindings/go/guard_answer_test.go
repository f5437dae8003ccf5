package cfaccess_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const loginPage = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"

// The messages of errors contain numbers and configured values; answers contain neither, and no claim.
func TestAnAnswerShowsNothingOfTheToken(t *testing.T) {
	signer := newMinter(t, "acme-1")
	var messages []string
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.OnRefusal = func(_ *http.Request, refusal *cfaccess.AccessError) { messages = append(messages, refusal.Message) }
	})
	for _, token := range []string{
		"secret." + "secret.secret",
		signer.token(t, personClaims(nil)),
		currentToken(t, object{"aud": "secret-audience"}),
		newMinter(t, "stranger").token(t, personClaims(nil)),
	} {
		for _, accept := range []string{"application/json", "text/plain"} {
			got := answer(handler, request("GET", "/?secret", assertion, token, "Accept", accept, userEmail, "secret@example.com"))
			text := got.Body.String()
			for _, value := range got.Header() {
				text += strings.Join(value, "\n")
			}
			for _, secret := range append(strings.Split(token, "."), "secret", "example.com", audience, messages[len(messages)-1]) {
				if strings.Contains(text, secret) {
					t.Errorf("%q shows %q", text, secret)
				}
			}
		}
	}
}

func TestAnAnswerAddsToVaryAndReplacesOtherHeaders(t *testing.T) {
	inner := guarded(t, nil)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		w.Header().Set("Cache-Control", "public")
		inner.ServeHTTP(w, r)
	})

	header := answer(handler, request("GET", "/")).Header()

	if vary := header.Values("Vary"); !slices.Equal(vary, []string{"Origin", "Accept"}) {
		t.Errorf("Vary: got %q", vary)
	}
	if control := header.Values("Cache-Control"); !slices.Equal(control, []string{"no-store"}) {
		t.Errorf("Cache-Control: got %q", control)
	}
}

func TestABrowserIsSentToTheLoginPage(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) { guard.Routes[0].LoginPage = loginPage })

	got := answer(handler, request("GET", "/a/b?secret", "Accept", "text/html"))

	if location := got.Header().Get("Location"); got.Code != 302 || location != loginPage+"?redirect_url=%2Fa%2Fb" {
		t.Errorf("got %d %q", got.Code, location)
	}
}
