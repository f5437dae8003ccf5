package cfaccess_test

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"
	"weak"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// verifyNow verifies by the clock of the system, as every caller does.
func verifyNow(t testing.TB, verifier *cfaccess.Verifier, token string) *cfaccess.Claims {
	t.Helper()
	claims, err := verifier.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func expectHits(t testing.TB, verifier *cfaccess.Verifier, verified, hits uint64) {
	t.Helper()
	if stats := statsOf(t, verifier); stats.Verified != verified || stats.Hits != hits {
		t.Errorf("%d verified and %d hits, expected %d and %d", stats.Verified, stats.Hits, verified, hits)
	}
}

func TestAHitReturnsTheSameClaims(t *testing.T) {
	verifier, uncached := acmeVerifier(t), uncachedVerifier(t)
	token := tokenOf(t, "acme-1")

	first, again := verifyNow(t, verifier, token), verifyNow(t, verifier, token)

	if first != again {
		t.Error("they are not shared")
	}
	if got, want := allClaims(t, again), allClaims(t, verifyNow(t, uncached, token)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, expected %v", got, want)
	}
	expectHits(t, verifier, 1, 1)
}

func TestRequestsAndTokensShareTheirClaims(t *testing.T) {
	verifier := acmeVerifier(t)
	token := tokenOf(t, "acme-1")

	claims := verifyNow(t, verifier, token)
	ofRequest, err := verifier.VerifyRequest(requestFromBrowser(token, nil))
	earlier := time.Now().Add(-time.Minute)
	ofEarlier, errEarlier := verifier.VerifyAt(token, earlier)

	if err != nil || errEarlier != nil {
		t.Fatal(err, errEarlier)
	}
	if ofRequest != claims || ofEarlier != claims {
		t.Error("they are not shared")
	}
}

// Claims whose text takes a second call into the library are kept like all others.
func TestLongClaimsAreShared(t *testing.T) {
	verifier := acmeVerifier(t)
	token := currentToken(t, object{"custom": object{"long": fmt.Sprintf("%08000d", 1)}})

	claims := verifyNow(t, verifier, token)
	ofRequest, err := verifier.VerifyRequest(requestFromBrowser(token, nil))

	if err != nil || ofRequest != claims {
		t.Errorf("got %p, %v, expected %p", ofRequest, err, claims)
	}
}

func TestWritesOfACallerDoNotChangeSharedClaims(t *testing.T) {
	verifier := acmeVerifier(t)
	token := currentToken(t, object{"custom": object{"groups": []string{"staff"}}})
	claims := verifyNow(t, verifier, token)

	claims.Audiences()[0] = "another"
	_ = append(claims.Audiences()[:0], "another")
	groups, _ := claims.Groups()
	groups[0] = "admin"

	again := verifyNow(t, verifier, token)
	if audiences := again.Audiences(); audiences[0] != audience {
		t.Errorf("audiences: %q", audiences)
	}
	if groups, _ := again.Groups(); groups[0] != "staff" {
		t.Errorf("groups: %q", groups)
	}
}

func TestARequestThatNamesAnotherPersonIsRefusedOnAHit(t *testing.T) {
	verifier := acmeVerifier(t)
	token := tokenOf(t, "acme-1")
	verifyNow(t, verifier, token)
	request := requestFromBrowser(token, nil)
	request.Header.Set("Cf-Access-Authenticated-User-Email", "other@example.com")

	_, err := verifier.VerifyRequest(request)

	expectError(t, err, cfaccess.ErrIdentityMismatch)
}

func TestACachedTokenExpires(t *testing.T) {
	config := acmeConfig()
	config.Leeway = cfaccess.NoLeeway
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
	end := time.Now().Unix() + 2
	token := currentToken(t, object{"exp": end})
	verifyNow(t, verifier, token)

	for time.Now().Unix() < end {
		if _, err := verifier.Verify(token); err != nil && time.Now().Unix() < end {
			t.Fatalf("before its end: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond) // the clock of the library is a coarse one

	_, err := verifier.Verify(token)
	expectError(t, err, cfaccess.ErrExpired)
	if stats := statsOf(t, verifier); stats.Hits == 0 {
		t.Error("the verifier was not warm")
	}
}

func TestVerifyAtUsesItsTimeOnAHit(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	mustVerify(t, verifier, token)
	mustVerify(t, verifier, token)

	expectError(t, second(verifier.VerifyAt(token, now.Add(24*time.Hour+30*time.Second))), cfaccess.ErrExpired)
	expectError(t, second(verifier.VerifyAt(token, now.Add(-31*time.Second))), cfaccess.ErrNotYetValid)
	mustVerify(t, verifier, token)
}

func TestTokensOfARemovedKeyAreRefusedOnAHit(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	verifyNow(t, verifier, token)
	verifyNow(t, verifier, token)

	if err := keys.LoadJSON(vectorFile(t, "other.jwks.json")); err != nil {
		t.Fatal(err)
	}

	expectError(t, second(verifier.Verify(token)), cfaccess.ErrUnknownKey)
}

func TestVerifiersDoNotShareTheirCaches(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	first, same := newVerifier(t, acmeConfig(), keys), newVerifier(t, acmeConfig(), keys)
	other := verifierFor(t, keys, "another")
	token := tokenOf(t, "acme-1")

	claims := verifyNow(t, first, token)

	if verifyNow(t, same, token) == claims {
		t.Error("claims were shared")
	}
	expectError(t, second(other.Verify(token)), cfaccess.ErrWrongAudience)
	expectHits(t, same, 1, 0)
}

// With one entry for several tokens, the library evicts one for another, so that the claims of each are new
// to Go.
func TestClaimsBelongToTheirTokenInAFullCache(t *testing.T) {
	config := acmeConfig()
	config.CacheEntries = 1
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
	tokens := map[string]string{}
	for _, email := range []string{"a@example.com", "b@example.com", "c@example.com"} {
		tokens[email] = currentToken(t, object{"email": email})
	}

	for range 200 {
		for email, token := range tokens {
			if got := verifyNow(t, verifier, token).Email(); got != email {
				t.Fatalf("got %s, expected %s", got, email)
			}
		}
	}

	if stats := statsOf(t, verifier); stats.Entries > 1 || stats.Evictions == 0 {
		t.Errorf("got %+v", stats)
	}
}

func TestWithoutACacheEveryTokenIsVerified(t *testing.T) {
	for name, change := range map[string]func(*cfaccess.Config){
		"no entries": func(c *cfaccess.Config) { c.CacheEntries = cfaccess.NoCache },
		"no bytes":   func(c *cfaccess.Config) { c.CacheBytes = cfaccess.NoCache },
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			change(&config)
			verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
			token := tokenOf(t, "acme-1")

			verifyNow(t, verifier, token)
			verifyNow(t, verifier, token)

			expectHits(t, verifier, 2, 0)
			if stats := statsOf(t, verifier); stats.Entries != 0 || stats.Bytes != 0 {
				t.Errorf("got %+v", stats)
			}
		})
	}
}

func TestAClosedVerifierRefusesCachedTokens(t *testing.T) {
	verifier := acmeVerifier(t)
	token := tokenOf(t, "acme-1")
	claims := verifyNow(t, verifier, token)

	verifier.Close()

	expectError(t, second(verifier.Verify(token)), cfaccess.ErrInvalidArgument)
	if claims.Email() != "user@example.com" {
		t.Errorf("got %+v", claims)
	}
}

func TestCloseReleasesTheClaims(t *testing.T) {
	verifier := acmeVerifier(t)
	left := weak.Make(verifyNow(t, verifier, tokenOf(t, "acme-1")))

	verifier.Close()

	eventually(t, "the release", func() bool {
		runtime.GC()
		return left.Value() == nil
	})
	runtime.KeepAlive(verifier)
}

func TestAForgottenVerifierReleasesTheClaims(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	var left weak.Pointer[cfaccess.Claims]
	func() {
		verifier, err := cfaccess.NewVerifier(acmeConfig(), keys)
		if err != nil {
			t.Fatal(err)
		}
		left = weak.Make(verifyNow(t, verifier, tokenOf(t, "acme-1")))
	}()

	eventually(t, "the release", func() bool {
		runtime.GC()
		return left.Value() == nil
	})
}
