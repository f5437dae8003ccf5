package cfaccess_test

import (
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestAGuardThatIsRefused(t *testing.T) {
	verifier := acmeVerifier(t)
	route := func(change func(*cfaccess.Route)) cfaccess.Guard {
		route := cfaccess.Route{Verifier: verifier}
		change(&route)
		return cfaccess.Guard{Routes: []cfaccess.Route{route}}
	}
	open := func(path cfaccess.OpenPath) cfaccess.Guard {
		return cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}, Open: []cfaccess.OpenPath{path}}
	}
	origin := func(check bool, origin string) cfaccess.Guard {
		return cfaccess.Guard{
			Routes: []cfaccess.Route{{Verifier: verifier}}, CheckOrigin: check, TrustedOrigins: []string{origin},
		}
	}
	for name, guard := range map[string]cfaccess.Guard{
		"zero value":              {},
		"no verifier":             route(func(r *cfaccess.Route) { r.Verifier = nil }),
		"zero verifier":           route(func(r *cfaccess.Route) { r.Verifier = &cfaccess.Verifier{} }),
		"host with a port":        route(func(r *cfaccess.Route) { r.Host = "app.example.com:443" }),
		"host as a URL":           route(func(r *cfaccess.Route) { r.Host = "https://app.example.com" }),
		"wildcard":                route(func(r *cfaccess.Route) { r.Host = "*.example.com" }),
		"a dot":                   route(func(r *cfaccess.Route) { r.Host = "." }),
		"prefix without slash":    route(func(r *cfaccess.Route) { r.Prefix = "admin" }),
		"prefix with dots":        route(func(r *cfaccess.Route) { r.Prefix = "/x/../admin" }),
		"prefix with two slashes": route(func(r *cfaccess.Route) { r.Prefix = "/admin//" }),
		"only slashes":            route(func(r *cfaccess.Route) { r.Prefix = "//" }),
		"encoded prefix":          route(func(r *cfaccess.Route) { r.Prefix = "/%61dmin" }),
		"login page over http":    route(func(r *cfaccess.Route) { r.LoginPage = "http://acme.cloudflareaccess.com/x" }),
		"login page by path":      route(func(r *cfaccess.Route) { r.LoginPage = "/cdn-cgi/access/login" }),
		"login page with user":    route(func(r *cfaccess.Route) { r.LoginPage = "https://a@acme.cloudflareaccess.com/x" }),
		"login page of its own":   route(func(r *cfaccess.Route) { r.LoginPage = "https://x/y?redirect_url=z" }),
		"open without method":     open(cfaccess.OpenPath{Path: "/healthz"}),
		"open with small letters": open(cfaccess.OpenPath{Method: "get", Path: "/healthz"}),
		"open without path":       open(cfaccess.OpenPath{Method: "GET"}),
		"open without slash":      open(cfaccess.OpenPath{Method: "GET", Path: "healthz"}),
		"open and unclean":        open(cfaccess.OpenPath{Method: "GET", Path: "/a/../b"}),
		"open host with a port":   open(cfaccess.OpenPath{Host: "a:1", Method: "GET", Path: "/a"}),
		"origin without check":    origin(false, "https://other.example.com"),
		"origin without scheme":   origin(true, "other.example.com"),
		"origin with path":        origin(true, "https://other.example.com/"),
		"null":                    origin(true, "null"),
		"empty origin":            origin(true, ""),
		"two of one place": {Routes: []cfaccess.Route{
			{Host: "a.example.com", Prefix: "/x", Verifier: verifier},
			{Host: "A.example.com.", Prefix: "/x/", Verifier: verifier},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			protect, err := cfaccess.NewMiddleware(guard)

			expectError(t, err, cfaccess.ErrInvalidConfig)
			if protect != nil {
				t.Error("a middleware came with the error")
			}
		})
	}
}

func TestAGuardIsCopied(t *testing.T) {
	guard := cfaccess.Guard{
		Routes:         []cfaccess.Route{{Verifier: acmeVerifier(t)}},
		Open:           []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
		CheckOrigin:    true,
		TrustedOrigins: []string{"https://other.example.com"},
	}
	handler := newMiddleware(t, guard)(nobodyHandler)

	guard.Routes[0].Verifier = nil
	guard.Open[0].Path = "/admin"
	guard.TrustedOrigins[0] = "https://evil.example"

	expectRefused(t, answer(handler, request("GET", "/admin")), 401, "NO_TOKEN")
	post := request("POST", "/", assertion, currentToken(t, nil), "Origin", "https://evil.example")
	expectRefused(t, answer(handler, post), 403, "CROSS_ORIGIN")
}
