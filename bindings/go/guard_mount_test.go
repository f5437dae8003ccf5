package cfaccess_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	audienceShop  = "1111111111111111111111111111111111111111111111111111111111111111"
	audienceAdmin = "2222222222222222222222222222222222222222222222222222222222222222"
)

func tokenFor(t testing.TB, audience string) string {
	return currentToken(t, object{"aud": audience})
}

// shopWithAdmin serves "healthz", "admin" and, everywhere else, "shop".
func shopWithAdmin() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, page := range map[string]string{"/": "shop", "/admin": "admin", "/admin/": "admin", "/healthz": "healthz"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	}
	return mux
}

// protectShop protects a shop that the middleware sees below a prefix.
func protectShop(t testing.TB, prefix string) cfaccess.Middleware {
	keys := loadKeys(t, "acme.jwks.json")
	return newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{
			{Verifier: verifierFor(t, keys, audienceShop)},
			{Prefix: prefix + "/admin", Verifier: verifierFor(t, keys, audienceAdmin)},
		},
		Open: []cfaccess.OpenPath{{Method: "GET", Path: prefix + "/healthz"}},
	})
}

// mounts are a shop below "/api", or at the root, with the middleware at different places.
func mounts(t testing.TB) map[string]struct {
	handler http.Handler
	prefix  string
} {
	type mount = struct {
		handler http.Handler
		prefix  string
	}
	below := http.NewServeMux()
	below.Handle("/api/", http.StripPrefix("/api", protectShop(t, "")(shopWithAdmin())))
	return map[string]mount{
		"at the root":                {protectShop(t, "")(shopWithAdmin()), ""},
		"behind StripPrefix":         {http.StripPrefix("/api", protectShop(t, "")(shopWithAdmin())), "/api"},
		"in front of StripPrefix":    {protectShop(t, "/api")(http.StripPrefix("/api", shopWithAdmin())), "/api"},
		"behind a mux":               {below, "/api"},
		"between two StripPrefixes":  {http.StripPrefix("/a", protectShop(t, "/pi")(http.StripPrefix("/pi", shopWithAdmin()))), "/a/pi"},
		"behind StripPrefix, nested": {http.StripPrefix("/api", http.StripPrefix("/v1", protectShop(t, "")(shopWithAdmin()))), "/api/v1"},
	}
}

func TestPagesBelowAPrefixNeedTheirToken(t *testing.T) {
	shop, admin := tokenFor(t, audienceShop), tokenFor(t, audienceAdmin)
	for name, mount := range mounts(t) {
		server := httptest.NewServer(mount.handler)
		defer server.Close()
		for _, test := range []struct{ path, token, page string }{
			{"/", shop, "shop"},
			{"/", admin, ""},
			{"/", "", ""},
			{"/page", shop, "shop"},
			{"/admin", admin, "admin"},
			{"/admin", shop, ""},
			{"/admin", "", ""},
			{"/admin/users", admin, "admin"},
			{"/admin/users", shop, ""},
			{"/%61dmin", admin, "admin"},
			{"/%61dmin", shop, ""},
			{"/administration", shop, "shop"},
			{"/administration", admin, ""},
			{"/admin%2Fusers", shop, ""},
			{"/x/../admin", shop, ""},
			{"//admin", shop, ""},
			{"/healthz", "", "healthz"},
			{"/health%7A", "", "healthz"},
			{"/healthz/", "", ""},
		} {
			t.Run(name+" "+test.path, func(t *testing.T) {
				status, body := get(t, server.URL+mount.prefix+test.path, test.token)

				if isRefused := status != http.StatusOK; isRefused != (test.page == "") || (!isRefused && body != test.page) {
					t.Errorf("got %d %s, expected %q", status, body, test.page)
				}
			})
		}
	}
}

// No header of a client says what the prefix is.
func TestAPrefixThatAClientNamesIsIgnored(t *testing.T) {
	for _, name := range []string{"X-Forwarded-Prefix", "X-Script-Name", "Script-Name", "X-Original-Url", "X-Rewrite-Url"} {
		made := request("GET", "/admin", assertion, tokenFor(t, audienceShop), name, "/admin")
		expectRefused(t, answer(protectShop(t, "")(nobodyHandler), made), 401, "WRONG_AUDIENCE")

		made = request("GET", "/", name, "/healthz")
		expectRefused(t, answer(protectShop(t, "")(nobodyHandler), made), 401, "NO_TOKEN")
	}
}

// get sends the path as it is, and follows no redirect.
func get(t *testing.T, target, token string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequest("GET", target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set(assertion, token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
