package cfaccess_test

import (
	"net/http"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// nobodyHandler is for requests that must not reach a handler.
var nobodyHandler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
	panic("the handler was reached")
})

func TestRequestsCausedByPages(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) {
		guard.CheckOrigin, guard.TrustedOrigins = true, []string{"https://Trusted.example.com", "http://localhost:3000"}
		guard.Open = []cfaccess.OpenPath{{Method: "POST", Path: "/hook"}}
	})
	const own, evil = "https://app.example.com", "https://evil.example"
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		passes       bool
	}{
		"a program":                         {"POST", "/", nil, true},
		"own page":                          {"POST", "/", []string{"Origin", own, "Sec-Fetch-Site", "same-origin"}, true},
		"own page, older browser":           {"POST", "/", []string{"Origin", own}, true},
		"the address bar":                   {"POST", "/", []string{"Sec-Fetch-Site", "none"}, true},
		"trusted":                           {"POST", "/", []string{"Origin", "https://trusted.example.com", "Sec-Fetch-Site", "same-site"}, true},
		"trusted, with a port":              {"PUT", "/", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "cross-site"}, true},
		"another site":                      {"POST", "/", []string{"Origin", evil, "Sec-Fetch-Site", "cross-site"}, false},
		"another site, older browser":       {"POST", "/", []string{"Origin", evil}, false},
		"another site, no origin":           {"POST", "/", []string{"Sec-Fetch-Site", "cross-site"}, false},
		"another host of the site":          {"POST", "/", []string{"Origin", "https://x.example.com", "Sec-Fetch-Site", "same-site"}, false},
		"another port":                      {"POST", "/", []string{"Origin", own + ":8443"}, false},
		"trusted, another port":             {"POST", "/", []string{"Origin", "http://localhost:3001"}, false},
		"trusted, another scheme":           {"POST", "/", []string{"Origin", "http://trusted.example.com"}, false},
		"own host as a beginning":           {"POST", "/", []string{"Origin", own + ".evil.example"}, false},
		"a page in a sandbox":               {"POST", "/", []string{"Origin", "null"}, false},
		"an unknown word":                   {"POST", "/", []string{"Sec-Fetch-Site", "same-planet"}, false},
		"an empty origin":                   {"POST", "/", []string{"Origin", ""}, false},
		"two origins":                       {"POST", "/", []string{"Origin", own, "Origin", evil}, false},
		"two sites":                         {"POST", "/", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "cross-site"}, false},
		"DELETE":                            {"DELETE", "/", []string{"Origin", evil}, false},
		"PATCH":                             {"PATCH", "/", []string{"Origin", evil}, false},
		"a method of the application's own": {"PURGE", "/", []string{"Origin", evil}, false},
		"GET":                               {"GET", "/", []string{"Origin", evil, "Sec-Fetch-Site", "cross-site"}, true},
		"HEAD":                              {"HEAD", "/", []string{"Sec-Fetch-Site", "cross-site"}, true},
		"OPTIONS":                           {"OPTIONS", "/", []string{"Origin", evil}, true},
		"WebSocket of another site":         {"GET", "/", []string{"Origin", evil, "Upgrade", "websocket"}, false},
		"WebSocket of the own page":         {"GET", "/", []string{"Origin", own, "Upgrade", "websocket"}, true},
		"open path":                         {"POST", "/hook", []string{"Origin", evil, "Sec-Fetch-Site", "cross-site"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			made := request(test.method, "https://app.example.com"+test.path, test.headers...)
			made.Header.Set(assertion, currentToken(t, nil))

			got := answer(handler, made)

			if test.passes && got.Code != 200 {
				t.Errorf("got %d %s", got.Code, got.Body)
			}
			if !test.passes {
				expectRefused(t, got, 403, "CROSS_ORIGIN")
			}
		})
	}
}

func TestOriginsAreNotCheckedByDefault(t *testing.T) {
	got := answer(guarded(t, nil), request("POST", "/", assertion, currentToken(t, nil), "Origin", "https://evil.example"))

	expectAccepted(t, got, theUser)
}

func TestTheTokenIsVerifiedBeforeTheOrigin(t *testing.T) {
	handler := guarded(t, func(guard *cfaccess.Guard) { guard.CheckOrigin = true })

	expectRefused(t, answer(handler, request("POST", "/", "Origin", "https://evil.example")), 401, "NO_TOKEN")
}
