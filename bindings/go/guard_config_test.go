package cfaccess_test

import (
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestAGuardThatIsRefused(t *testing.T) {
	verifier, closed := acmeVerifier(t), acmeVerifier(t)
	closed.Close()
	routes := func(routes ...cfaccess.Route) cfaccess.Guard { return cfaccess.Guard{Routes: routes} }
	open := func(path cfaccess.OpenPath) cfaccess.Guard {
		return cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}, Open: []cfaccess.OpenPath{path}}
	}
	for name, test := range map[string]struct {
		guard cfaccess.Guard
		want  error
	}{
		"zero value":          {cfaccess.Guard{}, cfaccess.ErrInvalidConfig},
		"no verifier":         {routes(cfaccess.Route{}), cfaccess.ErrInvalidConfig},
		"zero verifier":       {routes(cfaccess.Route{Verifier: &cfaccess.Verifier{}}), cfaccess.ErrInvalidConfig},
		"closed verifier":     {routes(cfaccess.Route{Verifier: closed}), cfaccess.ErrInvalidArgument},
		"NUL in a host":       {routes(cfaccess.Route{Verifier: verifier, Host: "a\x00b"}), cfaccess.ErrInvalidConfig},
		"NUL in a prefix":     {routes(cfaccess.Route{Verifier: verifier, Prefix: "/a\x00b"}), cfaccess.ErrInvalidConfig},
		"NUL in a login page": {routes(cfaccess.Route{Verifier: verifier, LoginPage: loginPage + "\x00"}), cfaccess.ErrInvalidConfig},
		"NUL in a method":     {open(cfaccess.OpenPath{Method: "GET\x00", Path: "/a"}), cfaccess.ErrInvalidConfig},
		"NUL in an open path": {open(cfaccess.OpenPath{Method: "GET", Path: "/a\x00"}), cfaccess.ErrInvalidConfig},
		"open without method": {open(cfaccess.OpenPath{Path: "/a"}), cfaccess.ErrInvalidConfig},
		"open without path":   {open(cfaccess.OpenPath{Method: "GET"}), cfaccess.ErrInvalidConfig},
	} {
		t.Run(name, func(t *testing.T) {
			protect, err := cfaccess.NewMiddleware(test.guard)

			expectError(t, err, test.want)
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
