package cfaccess_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	audienceShop  = "1111111111111111111111111111111111111111111111111111111111111111"
	audienceAdmin = "2222222222222222222222222222222222222222222222222222222222222222"
	audienceOther = "3333333333333333333333333333333333333333333333333333333333333333"
)

// manyApplications are three on one origin: a shop with an admin area, and another host.
func manyApplications(t testing.TB) http.Handler {
	keys := loadKeys(t, "acme.jwks.json")
	admin := verifierFor(t, keys, audienceAdmin)
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{
		{Host: "shop.example.com", Verifier: verifierFor(t, keys, audienceShop)},
		{Host: "shop.example.com", Prefix: "/admin", Verifier: admin},
		{Host: "shop.example.com", Prefix: "/admin/help/", Verifier: verifierFor(t, keys, audienceShop)},
		{Host: "Other.Example.com", Prefix: "/app", Verifier: verifierFor(t, keys, audienceOther)},
	}})
	return protect(http.HandlerFunc(callerHandler))
}

func tokenFor(t testing.TB, audience string) string {
	return currentToken(t, object{"aud": audience})
}

func TestHostAndLongestPrefixSelectTheVerifier(t *testing.T) {
	handler := manyApplications(t)
	tokens := []string{tokenFor(t, audienceShop), tokenFor(t, audienceAdmin), tokenFor(t, audienceOther)}
	const shop, admin, other = 0, 1, 2
	for target, application := range map[string]int{
		"http://shop.example.com/":                shop,
		"http://shop.example.com/administration":  shop,
		"http://shop.example.com/Admin":           shop,
		"http://shop.example.com/x/admin":         shop,
		"http://shop.example.com/admin":           admin,
		"http://shop.example.com/admin/":          admin,
		"http://shop.example.com/admin/users":     admin,
		"http://shop.example.com/%61dmin/users":   admin,
		"http://SHOP.Example.COM:8443/admin":      admin,
		"http://shop.example.com./admin":          admin,
		"http://shop.example.com/admin/help":      shop,
		"http://shop.example.com/admin/help/1":    shop,
		"http://shop.example.com/admin/helpless":  admin,
		"http://other.example.com/app":            other,
		"http://other.example.com/app/deep?x=1#y": other,
	} {
		for i, token := range tokens {
			got := answer(handler, request("GET", target, assertion, token))
			want := 401
			if i == application {
				want = 200
			}
			if got.Code != want {
				t.Errorf("%s with token %d: got %d %s", target, i, got.Code, got.Body)
			}
		}
	}
}

func TestRequestsWithoutARouteAreRefused(t *testing.T) {
	handler := manyApplications(t)
	for _, target := range []string{
		"http://other.example.com/",
		"http://other.example.com/application",
		"http://example.com/",
		"http://evil.example/app",
		"http://shop.example.com.evil.example/",
		"http://127.0.0.1/",
		"http://[::1]:80/",
	} {
		got := answer(handler, request("GET", target, assertion, tokenFor(t, audienceShop)))
		expectRefused(t, got, 403, "NO_ROUTE")
	}
}

func TestARouteForAllHostsExcludesThoseNamedByOthers(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{
		{Verifier: verifierFor(t, keys, audienceShop)},
		{Host: "admin.example.com", Prefix: "/app", Verifier: verifierFor(t, keys, audienceAdmin)},
		{Host: "::1", Verifier: verifierFor(t, keys, audienceAdmin)},
	}})
	handler := protect(http.HandlerFunc(callerHandler))
	token := tokenFor(t, audienceShop)

	expectAccepted(t, answer(handler, request("GET", "http://any.example.com/x", assertion, token)), theUser)
	expectRefused(t, answer(handler, request("GET", "http://admin.example.com/app", assertion, token)), 401, "WRONG_AUDIENCE")
	expectRefused(t, answer(handler, request("GET", "http://admin.example.com/x", assertion, token)), 403, "NO_ROUTE")
	expectRefused(t, answer(handler, request("GET", "http://[::1]:8080/x", assertion, token)), 401, "WRONG_AUDIENCE")
}

var uncleanPaths = []string{
	"/shop/../admin", "/shop/%2e%2e/admin", "/shop/.%2E/admin", "/./admin", "/%2e/admin", "/shop/..", "/..",
	"//admin", "/shop//admin", "/admin//", "/shop%2fadmin", "/shop%2Fadmin", "/shop/..%2fadmin", "/..%5cadmin",
	"/shop%5cadmin", "/shop/%252e%252e/admin", "/%2561dmin", "/shop%252fadmin", "/shop/..;/admin",
	"/shop/..;x=y/admin", "/shop/.;/admin", "/admin%00", "/admin%0a", "/admin%7f", "/%c0%afadmin", "/%ffadmin",
}

func TestAnUncleanPathIsRefused(t *testing.T) {
	handler := manyApplications(t)
	token := tokenFor(t, audienceShop)
	for _, path := range uncleanPaths {
		t.Run(path, func(t *testing.T) {
			got := answer(handler, request("GET", "http://shop.example.com"+path, assertion, token))
			expectRefused(t, got, 403, "UNCLEAN_PATH")
		})
	}
}

func TestPathsOfNoURLAreUnclean(t *testing.T) {
	handler := manyApplications(t)
	for _, path := range []string{"", "*", "admin", `/shop\admin`, "/\x80"} {
		odd := request("OPTIONS", "http://shop.example.com/", assertion, tokenFor(t, audienceShop))
		odd.URL = &url.URL{Path: path}
		expectRefused(t, answer(handler, odd), 403, "UNCLEAN_PATH")
	}
}

func TestOrdinaryPathsAreClean(t *testing.T) {
	handler := manyApplications(t)
	token := tokenFor(t, audienceShop)
	for _, path := range []string{
		"/", "/a", "/a/", "/a/b.txt", "/.well-known/x", "/...", "/a/..b", "/100%25", "/%25", "/a%20b", "/%C3%BC",
		"/a;b=c", "/a:b@c", "/a+b", "/~user",
	} {
		expectAccepted(t, answer(handler, request("GET", "http://shop.example.com"+path, assertion, token)), theUser)
	}
}

func TestWithOneRouteForAllPathsUncleanPathsAreVerified(t *testing.T) {
	handler := guarded(t, nil)
	token := currentToken(t, nil)
	for _, path := range uncleanPaths {
		expectAccepted(t, answer(handler, request("GET", "http://x"+path, assertion, token)), theUser)
		expectRefused(t, answer(handler, request("GET", "http://x"+path)), 401, "NO_TOKEN")
	}
}

func TestAGuardWorksInFrontOfAMux(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "shop") })
	mux.HandleFunc("/admin/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "admin") })
	handler := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{
		{Verifier: verifierFor(t, keys, audienceShop)},
		{Prefix: "/admin", Verifier: verifierFor(t, keys, audienceAdmin)},
	}})(mux)

	for target, want := range map[string]string{"/": "shop", "/admin/": "", "/x/../admin/": "", "/%61dmin/": ""} {
		got := answer(handler, request("GET", target, assertion, tokenFor(t, audienceShop)))
		if body := got.Body.String(); (want == "" && got.Code < 400) || (want != "" && body != want) {
			t.Errorf("%s: got %d %s", target, got.Code, body)
		}
	}
}
