package cfaccess_test

import (
	"errors"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	team     = "acme"
	issuer   = "https://acme.cloudflareaccess.com"
	audience = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
	clientID = "e367826f93b8d71185e03fe518aff3b4.access"
)

// now is the time at which the vectors and the minted tokens are verified.
var now = time.Unix(1767225600, 0)

func acmeConfig() cfaccess.Config {
	return cfaccess.Config{Team: team, Audiences: []string{audience}}
}

func loadKeys(t testing.TB, name string) *cfaccess.Keys {
	t.Helper()
	keys, err := cfaccess.KeysFromJSON(vectorFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	return keys
}

func newVerifier(t testing.TB, config cfaccess.Config, keys *cfaccess.Keys) *cfaccess.Verifier {
	t.Helper()
	verifier, err := cfaccess.NewVerifier(config, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	return verifier
}

func acmeVerifier(t testing.TB) *cfaccess.Verifier {
	t.Helper()
	return newVerifier(t, acmeConfig(), loadKeys(t, "acme.jwks.json"))
}

// uncachedVerifier verifies every token in full.
func uncachedVerifier(t testing.TB) *cfaccess.Verifier {
	t.Helper()
	config := acmeConfig()
	config.CacheEntries = cfaccess.NoCache
	return newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
}

func statsOf(t testing.TB, verifier *cfaccess.Verifier) cfaccess.Stats {
	t.Helper()
	stats, err := verifier.Stats()
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func mustVerify(t testing.TB, verifier *cfaccess.Verifier, token string) *cfaccess.Claims {
	t.Helper()
	claims, err := verifier.VerifyAt(token, now)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// statusOf returns "OK" for no error.
func statusOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return "OK"
	}
	var refusal *cfaccess.AccessError
	if !errors.As(err, &refusal) {
		t.Fatalf("not an AccessError: %v", err)
	}
	return refusal.Status
}

func expectError(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got %v, expected %v", got, want)
	}
}
