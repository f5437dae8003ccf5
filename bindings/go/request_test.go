package cfaccess_test

import (
	"net/http"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	assertion = "Cf-Access-Jwt-Assertion"
	userEmail = "Cf-Access-Authenticated-User-Email"
)

func TestTheTokenOfARequest(t *testing.T) {
	signer := newMinter(t, "acme-1")
	token := signer.token(t, personClaims(nil))
	other := signer.token(t, personClaims(object{"email": "other@example.com"}))
	expired := signer.token(t, personClaims(object{"iat": now.Unix() - 3600, "nbf": nil, "exp": now.Unix() - 60}))
	cookie := "CF_Authorization=" + token
	for name, test := range map[string]struct {
		header     http.Header
		want       error // with the cookie accepted
		headerOnly error // by default
	}{
		"nothing":               {nil, cfaccess.ErrNoToken, cfaccess.ErrNoToken},
		"header":                {http.Header{assertion: {token}}, nil, nil},
		"name in small letters": {http.Header{"cf-access-jwt-assertion": {token}}, nil, nil},
		"name in capitals":      {http.Header{"CF-ACCESS-JWT-ASSERTION": {token}}, nil, nil},
		"empty header":          {http.Header{assertion: {""}}, cfaccess.ErrNoToken, cfaccess.ErrNoToken},
		"header without values": {http.Header{assertion: {}}, cfaccess.ErrNoToken, cfaccess.ErrNoToken},
		"header twice":          {http.Header{assertion: {token, token}}, cfaccess.ErrMalformed, cfaccess.ErrMalformed},
		"header thrice":         {http.Header{assertion: {token, other, token}}, cfaccess.ErrMalformed, cfaccess.ErrMalformed},
		"header in two spellings": {http.Header{assertion: {token}, "cf-access-jwt-assertion": {token}},
			cfaccess.ErrMalformed, cfaccess.ErrMalformed},
		"header joined by a comma":  {http.Header{assertion: {token + "," + token}}, cfaccess.ErrMalformed, cfaccess.ErrMalformed},
		"cookie":                    {http.Header{"Cookie": {"a=b; " + cookie + "; c=d"}}, nil, cfaccess.ErrNoToken},
		"cookie in small letters":   {http.Header{"cookie": {cookie}}, nil, cfaccess.ErrNoToken},
		"cookie among headers":      {http.Header{"Cookie": {"a=b", cookie, "c=d"}}, nil, cfaccess.ErrNoToken},
		"cookie twice":              {http.Header{"Cookie": {cookie, cookie}}, nil, cfaccess.ErrNoToken},
		"cookie of another name":    {http.Header{"Cookie": {"cf_authorization=" + token}}, cfaccess.ErrNoToken, cfaccess.ErrNoToken},
		"the header goes first":     {http.Header{assertion: {expired}, "Cookie": {cookie}}, cfaccess.ErrExpired, cfaccess.ErrExpired},
		"opaque":                    {http.Header{assertion: {"oauth:abcdef"}}, cfaccess.ErrOpaqueToken, cfaccess.ErrOpaqueToken},
		"headers that are not read": {http.Header{"Authorization": {"Bearer " + token}, "Cf-Access-Token": {token}}, cfaccess.ErrNoToken, cfaccess.ErrNoToken},
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			byDefault := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
			config.AcceptCookie = true
			withCookie := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))

			expectError(t, second(withCookie.VerifyHeaderAt(test.header, now)), test.want)
			expectError(t, second(byDefault.VerifyHeaderAt(test.header, now)), test.headerOnly)
		})
	}
}

func TestTheEmailHeader(t *testing.T) {
	signer := newMinter(t, "acme-1")
	person, service := signer.token(t, personClaims(nil)), signer.token(t, serviceClaims(nil))
	mismatch := cfaccess.ErrIdentityMismatch
	for name, test := range map[string]struct {
		token                  string
		emails                 []string
		check, require, ignore error
	}{
		"a person without it":      {person, nil, nil, mismatch, nil},
		"a person with theirs":     {person, []string{"user@example.com"}, nil, nil, nil},
		"a person with another":    {person, []string{"admin@example.com"}, mismatch, mismatch, nil},
		"a person with an empty":   {person, []string{""}, mismatch, mismatch, nil},
		"a person with theirs x 2": {person, []string{"user@example.com", "user@example.com"}, mismatch, mismatch, nil},
		"a service without it":     {service, nil, nil, nil, nil},
		"a service with an empty":  {service, []string{""}, nil, nil, nil},
		"a service with one":       {service, []string{"user@example.com"}, mismatch, mismatch, nil},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{assertion: {test.token}, userEmail: test.emails}
			for policy, want := range map[cfaccess.EmailHeader]error{
				cfaccess.EmailHeaderCheck:   test.check,
				cfaccess.EmailHeaderRequire: test.require,
				cfaccess.EmailHeaderIgnore:  test.ignore,
			} {
				config := acmeConfig()
				config.AllowAnyService, config.EmailHeader = true, policy
				verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))

				expectError(t, second(verifier.VerifyHeaderAt(header, now)), want)
			}
		})
	}
}

func TestVerifyRequestUsesTheClock(t *testing.T) {
	verifier := acmeVerifier(t)
	current := http.Header{assertion: {currentToken(t, nil)}}
	expired := http.Header{assertion: {currentToken(t, object{"exp": time.Now().Unix() - 60})}}

	expectError(t, second(verifier.VerifyRequest(&http.Request{Header: current})), nil)
	expectError(t, second(verifier.VerifyRequest(&http.Request{Header: expired})), cfaccess.ErrExpired)
	expectError(t, second(verifier.VerifyHeader(current)), nil)
	expectError(t, second(verifier.VerifyHeader(expired)), cfaccess.ErrExpired)
	expectError(t, second(verifier.VerifyHeaderAt(current, time.Time{})), cfaccess.ErrInvalidArgument)
}

func TestANilRequestIsRefused(t *testing.T) {
	verifier := acmeVerifier(t)

	expectError(t, second(verifier.VerifyRequest(nil)), cfaccess.ErrNullArgument)
	expectError(t, second(verifier.VerifyRequestAt(nil, now)), cfaccess.ErrNullArgument)
}

func TestVerifyingDoesNotChangeTheRequest(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	cookies := make([]string, 2, 8)
	copy(cookies, []string{"a=b", "c=d"})
	header := http.Header{assertion: {token}, "Cookie": cookies, "cookie": {"e=f"}}

	expectError(t, second(acmeVerifier(t).VerifyHeaderAt(header, now)), nil)

	if beyond := cookies[:3][2]; len(header) != 3 || beyond != "" {
		t.Errorf("got %d headers, %q", len(header), beyond)
	}
}

func TestRequestsFromManyGoroutines(t *testing.T) {
	config := acmeConfig()
	config.AcceptCookie = true
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	header := http.Header{"Cookie": {"a=b", "CF_Authorization=" + token}, userEmail: {"user@example.com"}}

	together(func(int) {
		for range 100 {
			if claims, err := verifier.VerifyHeaderAt(header, now); err != nil || claims.Email() != "user@example.com" {
				t.Errorf("got %v, %v", claims, err)
			}
		}
	})
}

// currentToken is one of a person by the system's clock.
func currentToken(t testing.TB, changes object) string {
	t.Helper()
	return newMinter(t, "acme-1").token(t, currentClaims(personClaims(nil), changes))
}

// currentClaims began a quarter of an hour ago and end in one.
func currentClaims(claims, changes object) object {
	clock := time.Now().Unix()
	return changed(changed(claims, object{"iat": clock - 900, "nbf": nil, "exp": clock + 900}), changes)
}
