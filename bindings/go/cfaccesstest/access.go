package cfaccesstest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// Access makes tokens for one test, and verifiers that accept them. Several goroutines may use it at once.
type Access struct {
	t        testing.TB
	audience string
	keys     *cfaccess.Keys
	fault    string
	pair     *sharedPair
}

// sharedPair is the keys of an Access and of those that [Access.Fault] made of it.
type sharedPair struct {
	sync.Mutex
	keyPair
}

// New returns an Access whose keys are closed when the test ends. Whatever fails ends the test.
func New(t testing.TB) *Access {
	t.Helper()
	pair, err := firstKeys()
	if err != nil {
		t.Fatalf("cfaccesstest: %v", err)
	}
	document, err := pair.document()
	if err != nil {
		t.Fatalf("cfaccesstest: %v", err)
	}
	keys, err := cfaccess.KeysFromJSON(document)
	if err != nil {
		t.Fatalf("cfaccesstest: %v", err)
	}
	t.Cleanup(keys.Close)
	return &Access{t: t, audience: AudienceOf("app"), keys: keys, pair: &sharedPair{keyPair: pair}}
}

// Audience returns the AUD tag of the application.
func (a *Access) Audience() string { return a.audience }

// Keys returns the public keys, for [cfaccess.NewVerifier].
func (a *Access) Keys() *cfaccess.Keys { return a.keys }

// Config returns a configuration that accepts the tokens; fields may be added.
func (a *Access) Config() cfaccess.Config {
	return cfaccess.Config{Team: Team, Audiences: []string{a.audience}}
}

// Verifier returns a verifier with [Access.Config], which is closed when the test ends.
func (a *Access) Verifier() *cfaccess.Verifier {
	a.t.Helper()
	verifier, err := cfaccess.NewVerifier(a.Config(), a.keys)
	if err != nil {
		a.t.Fatalf("cfaccesstest: %v", err)
	}
	a.t.Cleanup(verifier.Close)
	return verifier
}

// Mint returns a token.
func (a *Access) Mint(token Token) string {
	a.t.Helper()
	a.pair.Lock()
	key := a.pair.current
	a.pair.Unlock()
	made := token.draft(key, a.audience)
	var text string
	var err error
	if fault, ok := tokenFaults[a.fault]; ok {
		text, err = fault.spoil(made)
	} else {
		text, err = made.signed()
	}
	if err != nil {
		a.t.Fatalf("cfaccesstest: %v", err)
	}
	return text
}

// Header returns the headers that Access adds to a request.
func (a *Access) Header(token Token) http.Header {
	a.t.Helper()
	header := http.Header{}
	if a.fault == "token-missing" {
		return header
	}
	assertion := a.Mint(token)
	header.Add("Cf-Access-Jwt-Assertion", assertion)
	if a.fault == "header-twice" {
		header.Add("Cf-Access-Jwt-Assertion", assertion)
	}
	if email := token.email(); email != "" {
		if a.fault == "email-other" {
			email = "other." + email
		}
		header.Set("Cf-Access-Authenticated-User-Email", email)
	}
	return header
}

// Request returns a request as the origin gets it, for a handler: [httptest.NewRequest] with [Access.Header].
func (a *Access) Request(method, target string, token Token) *http.Request {
	a.t.Helper()
	request := httptest.NewRequest(method, target, nil)
	for name, values := range a.Header(token) {
		request.Header[name] = values
	}
	return request
}

// Rotate lets a new key sign from now on. The one before is still published, so its tokens are still accepted; after a
// second rotation they are not.
func (a *Access) Rotate() {
	a.t.Helper()
	next, err := newSigningKey()
	if err != nil {
		a.t.Fatalf("cfaccesstest: %v", err)
	}
	a.pair.Lock()
	defer a.pair.Unlock()
	a.pair.keyPair = keyPair{next, a.pair.current}
	document, err := a.pair.document()
	if err == nil {
		err = a.keys.LoadJSON(document)
	}
	if err != nil {
		a.t.Fatalf("cfaccesstest: %v", err)
	}
}

// Fault returns the same Access, whose tokens and headers are wrong in the way of this name: one of [Faults], which are
// those of `cfaccess local fault` that concern a token. [FaultStatus] is what the library says of them.
func (a *Access) Fault(name string) *Access {
	a.t.Helper()
	if FaultStatus(name) == "" {
		a.t.Fatalf("cfaccesstest: %q is none of the faults %q", name, Faults())
	}
	spoiled := *a
	spoiled.fault = name
	return &spoiled
}
