package cfaccess_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// guardedServer is a real server on the loopback interface, over HTTP/2 too.
func guardedServer(t *testing.T) *httptest.Server {
	t.Helper()
	config := acmeConfig()
	config.AcceptCookie = true
	protect := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{
			{Verifier: newVerifier(t, config, loadKeys(t, "acme.jwks.json")), LoginPage: loginPage},
			{Prefix: "/admin", Verifier: verifierFor(t, loadKeys(t, "acme.jwks.json"), audienceAdmin)},
		},
		Open:        []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
		CheckOrigin: true,
	})
	server := httptest.NewUnstartedServer(protect(http.HandlerFunc(callerHandler)))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return server
}

func send(t *testing.T, server *httptest.Server, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	made, err := http.NewRequest(method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		made.Header.Add(headers[i], headers[i+1])
	}
	response, err := server.Client().Do(made)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestARealServer(t *testing.T) {
	server := guardedServer(t)
	token := currentToken(t, nil)
	admin := currentToken(t, object{"aud": audienceAdmin})
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		code         int
		body         string
	}{
		"header":            {"GET", "/x", []string{assertion, token}, 200, theUser},
		"small letters":     {"GET", "/x", []string{strings.ToLower(assertion), token}, 200, theUser},
		"header twice":      {"GET", "/x", []string{assertion, token, assertion, token}, 401, "MALFORMED"},
		"cookie":            {"GET", "/x", []string{"Cookie", "a=b", "Cookie", "CF_Authorization=" + token}, 200, theUser},
		"cookie twice":      {"GET", "/x", []string{"Cookie", "CF_Authorization=" + token, "Cookie", "CF_Authorization=" + token}, 200, theUser},
		"no token":          {"GET", "/x", nil, 401, "NO_TOKEN"},
		"a browser":         {"GET", "/x", []string{"Accept", "text/html"}, 302, ""},
		"plain text":        {"POST", "/x", []string{"Accept", "text/plain"}, 401, "NO_TOKEN: "},
		"HEAD":              {"HEAD", "/x", nil, 401, ""},
		"open":              {"GET", "/healthz", []string{userEmail, "admin@example.com"}, 200, theOpen},
		"below open":        {"GET", "/healthz/x", nil, 401, "NO_TOKEN"},
		"admin":             {"GET", "/admin", []string{assertion, admin}, 200, theUser},
		"admin for another": {"GET", "/admin", []string{assertion, token}, 401, "WRONG_AUDIENCE"},
		"around admin":      {"GET", "/x/..%2fadmin", []string{assertion, token}, 403, "UNCLEAN_PATH"},
		"another e-mail":    {"GET", "/x", []string{assertion, token, userEmail, "admin@example.com"}, 403, "IDENTITY_MISMATCH"},
		"another origin":    {"POST", "/x", []string{assertion, token, "Origin", "https://evil.example"}, 403, "CROSS_ORIGIN"},
		"own origin":        {"POST", "/x", []string{assertion, token, "Origin", server.URL}, 200, theUser},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := send(t, server, test.method, test.path, test.headers...)
			if response.StatusCode != test.code || !strings.Contains(body, test.body) {
				t.Errorf("got %d %s, expected %d %s", response.StatusCode, body, test.code, test.body)
			}
			if response.ProtoMajor != 2 {
				t.Errorf("over %s", response.Proto)
			}
		})
	}
}

func TestARealServerFromManyGoroutines(t *testing.T) {
	server := guardedServer(t)
	token := currentToken(t, nil)

	together(func(int) {
		for range 20 {
			if response, body := send(t, server, "GET", "/x", assertion, token); body != theUser {
				t.Errorf("got %d %s", response.StatusCode, body)
			}
			if response, body := send(t, server, "GET", "/x"); response.StatusCode != 401 {
				t.Errorf("got %d %s", response.StatusCode, body)
			}
		}
	})
}

// Requests that Go's client would not send: over HTTP/1.1, byte by byte.
func TestARealServerAgainstOddRequests(t *testing.T) {
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{
		{Host: "app.example.com", Verifier: acmeVerifier(t)},
		{Host: "app.example.com", Prefix: "/admin", Verifier: verifierFor(t, loadKeys(t, "acme.jwks.json"), audienceAdmin)},
	}})
	server := httptest.NewServer(protect(http.HandlerFunc(callerHandler)))
	defer server.Close()
	token := assertion + ": " + currentToken(t, nil)
	host := "Host: app.example.com"
	for name, test := range map[string]struct {
		lines []string
		code  int
	}{
		"ordinary":           {[]string{"GET / HTTP/1.1", host, token}, 200},
		"host in capitals":   {[]string{"GET / HTTP/1.1", "Host: APP.EXAMPLE.COM:80", token}, 200},
		"whole URL":          {[]string{"GET http://app.example.com/ HTTP/1.1", "Host: evil.example", token}, 200},
		"whole URL, other":   {[]string{"GET http://evil.example/ HTTP/1.1", host, token}, 403},
		"no host":            {[]string{"GET / HTTP/1.0", token}, 403},
		"another host":       {[]string{"GET / HTTP/1.1", "Host: evil.example", token}, 403},
		"dots":               {[]string{"GET /x/../admin HTTP/1.1", host, token}, 403},
		"two slashes":        {[]string{"GET //admin HTTP/1.1", host, token}, 403},
		"two token headers":  {[]string{"GET / HTTP/1.1", host, token, strings.ToLower(token)}, 401},
		"space in the token": {[]string{"GET / HTTP/1.1", host, token + " x"}, 401},
		"CONNECT":            {[]string{"CONNECT app.example.com:80 HTTP/1.1", host, token}, 403},
		"two e-mails":        {[]string{"GET / HTTP/1.1", host, token, userEmail + ": user@example.com", userEmail + ": user@example.com"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			fmt.Fprintf(connection, "%s\r\n\r\n", strings.Join(test.lines, "\r\n"))
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.code {
				t.Errorf("got %d, expected %d", response.StatusCode, test.code)
			}
		})
	}
}
