package cfaccess_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestARefusalSaysWhyInJSON(t *testing.T) {
	got := answer(guarded(t, nil), request("GET", "/"))

	expectRefused(t, got, 401, "NO_TOKEN")
	for name, want := range map[string]string{
		"Content-Type":           "application/json",
		"Cache-Control":          "no-store",
		"Vary":                   "Accept",
		"Www-Authenticate":       "Cloudflare-Access",
		"X-Content-Type-Options": "nosniff",
		"Location":               "",
	} {
		if value := got.Header().Get(name); value != want {
			t.Errorf("%s: got %q, expected %q", name, value, want)
		}
	}
}

func TestOnlyA401HasAChallenge(t *testing.T) {
	service := newMinter(t, "acme-1").token(t, currentClaims(serviceClaims(nil), nil))

	got := answer(guarded(t, nil), request("GET", "/", assertion, service))

	expectRefused(t, got, 403, "SERVICE_NOT_ALLOWED")
	if got.Header().Get("WWW-Authenticate") != "" {
		t.Error("a login is asked for")
	}
}

func TestAcceptSelectsTheContentType(t *testing.T) {
	handler := guarded(t, nil)
	for accept, form := range map[string]string{
		"":                                   "application/json",
		"*/*":                                "application/json",
		"application/*":                      "application/json",
		"application/json":                   "application/json",
		"application/json, text/plain, */*":  "application/json",
		"text/plain;q=0.5, application/json": "application/json",
		"image/png":                          "application/json",
		"text/plain;q=2":                     "application/json",
		"garbage;;;=,":                       "application/json",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/plain; charset=utf-8",
		"text/plain":                         "text/plain; charset=utf-8",
		"Text/Plain":                         "text/plain; charset=utf-8",
		"text/*":                             "text/plain; charset=utf-8",
		"application/json;q=0, */*":          "text/plain; charset=utf-8",
		"application/json;q=0.5, text/plain": "text/plain; charset=utf-8",
	} {
		got := answer(handler, request("GET", "/", "Accept", accept))
		if got.Code != 401 || got.Header().Get("Content-Type") != form || !strings.Contains(got.Body.String(), "NO_TOKEN") {
			t.Errorf("%q: got %d %q %s", accept, got.Code, got.Header().Get("Content-Type"), got.Body)
		}
	}
}

func TestPlainTextIsOneLine(t *testing.T) {
	got := answer(guarded(t, nil), request("GET", "/", "Accept", "text/plain")).Body.String()

	if !strings.HasPrefix(got, "NO_TOKEN: ") || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
		t.Errorf("got %q", got)
	}
}

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

const loginPage = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com"

// browser is what a browser sends with a navigation.
func browser(target string, headers ...string) *http.Request {
	return request("GET", target, append([]string{
		"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document",
	}, headers...)...)
}

func withLoginPage(t testing.TB, page string) http.Handler {
	return guarded(t, func(guard *cfaccess.Guard) { guard.Routes[0].LoginPage = page })
}

func expectRedirect(t *testing.T, got *httptest.ResponseRecorder, location string) {
	t.Helper()
	if got.Code != 302 || got.Header().Get("Location") != location || got.Body.Len() != 0 {
		t.Errorf("got %d %q %s, expected %q", got.Code, got.Header().Get("Location"), got.Body, location)
	}
	if got.Header().Get("Cache-Control") != "no-store" {
		t.Error("the redirect may be cached")
	}
}

func TestABrowserIsSentToTheLoginPage(t *testing.T) {
	handler := withLoginPage(t, loginPage)
	expired := currentToken(t, object{"exp": now.Unix(), "iat": now.Unix() - 1})

	expectRedirect(t, answer(handler, browser("/a/b")), loginPage+"?redirect_url=%2Fa%2Fb")
	expectRedirect(t, answer(handler, browser("/", assertion, expired)), loginPage+"?redirect_url=%2F")
	expectRedirect(t, answer(withLoginPage(t, loginPage+"?kid=1"), browser("/")), loginPage+"?kid=1&redirect_url=%2F")
}

func TestARedirectKeepsOnlyThePath(t *testing.T) {
	handler := withLoginPage(t, loginPage)

	expectRedirect(t, answer(handler, browser("http://evil.example/a%20b&c=%23?token=secret&redirect_url=https://evil.example",
		"X-Forwarded-Host", "evil.example", "Referer", "https://evil.example/", "Forwarded", "host=evil.example")),
		loginPage+"?redirect_url=%2Fa%2520b%26c%3D%2523")
	for _, path := range uncleanPaths {
		expectNoRedirect(t, answer(handler, browser("http://x"+path)), 401)
	}
	expectNoRedirect(t, answer(handler, browser("http://x//evil.example/")), 401)
}

func expectNoRedirect(t *testing.T, got *httptest.ResponseRecorder, code int) {
	t.Helper()
	if got.Code != code || got.Header().Get("Location") != "" {
		t.Errorf("got %d %q", got.Code, got.Header().Get("Location"))
	}
}

func TestRequestsThatAreNotRedirected(t *testing.T) {
	handler := withLoginPage(t, loginPage)
	post := browser("/")
	post.Method = "POST"
	for name, made := range map[string]*http.Request{
		"a script":              browser("/", "X-Requested-With", "XMLHttpRequest"),
		"a script, otherwise":   browser("/", "X-Requested-With", "xmlhttprequest"),
		"fetch":                 request("GET", "/", "Accept", "text/html", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"),
		"a frame":               request("GET", "/", "Accept", "text/html", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"),
		"anything":              request("GET", "/", "Accept", "*/*"),
		"no Accept":             request("GET", "/"),
		"HTML not wanted":       request("GET", "/", "Accept", "text/html;q=0, */*"),
		"POST":                  post,
		"a WebSocket":           browser("/", "Upgrade", "websocket"),
		"another audience":      browser("/", assertion, currentToken(t, object{"aud": "another"})),
		"garbage for a token":   browser("/", assertion, "garbage"),
		"the key of a stranger": browser("/", assertion, newMinter(t, "stranger").token(t, personClaims(nil))),
	} {
		t.Run(name, func(t *testing.T) { expectNoRedirect(t, answer(handler, made), 401) })
	}
	expectNoRedirect(t, answer(handler, browser("/", assertion, currentToken(t, nil), userEmail, "admin@example.com")), 403)
	expectNoRedirect(t, answer(guarded(t, nil), browser("/")), 401)
}
