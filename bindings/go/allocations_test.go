//go:build !asan

package cfaccess_test

import (
	"runtime"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// An ordinary verification is one call into the library and two allocations: the claims, and
// the one string that all of theirs are parts of. (The address sanitizer makes Go allocate more.)
// A request needs no more, unless it has several Cookie headers.
func TestAllocationsOfAVerification(t *testing.T) {
	verifier := uncachedVerifier(t)
	token := currentToken(t, object{"custom": object{"groups": []string{"staff"}}})

	expectAllocations(t, 2, verifier, token)
}

func TestAHitAllocatesNothing(t *testing.T) {
	verifier := acmeVerifier(t)
	token := currentToken(t, object{"custom": object{"groups": []string{"staff"}}})
	verifyNow(t, verifier, token)

	expectAllocations(t, 0, verifier, token)
}

// Calls that may wait for keys, and do not, cost no more.
func TestAllocationsWithKeysThatAreFetched(t *testing.T) {
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	config := acmeConfig()
	config.CacheEntries = cfaccess.NoCache
	verifier := newVerifier(t, config, endpoint.keys(t, nil))
	token := tokenOf(t, "acme-1")
	expectVerdict(t, verifier, token, "OK")

	expectAllocations(t, 2, verifier, token)
}

// expectAllocations verifies a token and a request with it. The claims are kept, as callers keep them.
func expectAllocations(t *testing.T, most float64, verifier *cfaccess.Verifier, token string) {
	t.Helper()
	request := requestFromBrowser(token, []string{"theme=dark; CF_Authorization=" + token})
	var claims *cfaccess.Claims
	for name, verify := range map[string]func() (*cfaccess.Claims, error){
		"token":           func() (*cfaccess.Claims, error) { return verifier.Verify(token) },
		"token at a time": func() (*cfaccess.Claims, error) { return verifier.VerifyAt(token, time.Now()) },
		"request":         func() (*cfaccess.Claims, error) { return verifier.VerifyRequest(request) },
	} {
		allocations := testing.AllocsPerRun(1000, func() {
			var err error
			if claims, err = verify(); err != nil {
				t.Fatal(err)
			}
		})

		if allocations > most {
			t.Errorf("%v allocations a %s", allocations, name)
		}
	}
	runtime.KeepAlive(claims)
}
