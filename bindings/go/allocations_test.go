//go:build !asan

package cfaccess_test

import (
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// An ordinary verification is one crossing into the library and two allocations: the claims, and
// the one string that all of theirs are parts of. (The address sanitizer makes Go allocate more.)
func TestAllocations(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(object{"custom": object{"groups": []string{"staff"}}}))

	allocations := testing.AllocsPerRun(1000, func() {
		if _, err := verifier.VerifyAt(token, now); err != nil {
			t.Fatal(err)
		}
	})

	if allocations > 2 {
		t.Errorf("%v allocations a verification", allocations)
	}
}

// A request costs no allocation more than its token, unless its cookies come in several headers.
func TestAllocationsOfARequest(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	request := requestFromBrowser(token, []string{"theme=dark; CF_Authorization=" + token})

	allocations := testing.AllocsPerRun(1000, func() {
		if _, err := verifier.VerifyRequestAt(request, now); err != nil {
			t.Fatal(err)
		}
	})

	if allocations > 2 {
		t.Errorf("%v allocations a request", allocations)
	}
}

// Calls that may wait for keys, and do not, cost no more.
func TestAllocationsWithKeysThatAreFetched(t *testing.T) {
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
	token := tokenOf(t, "acme-1")
	request := requestFromBrowser(token, []string{"theme=dark"})
	expectVerdict(t, verifier, token, "OK")

	for name, verify := range map[string]func() (*cfaccess.Claims, error){
		"token":   func() (*cfaccess.Claims, error) { return verifier.Verify(token) },
		"request": func() (*cfaccess.Claims, error) { return verifier.VerifyRequest(request) },
	} {
		allocations := testing.AllocsPerRun(1000, func() {
			if _, err := verify(); err != nil {
				t.Fatal(err)
			}
		})

		if allocations > 2 {
			t.Errorf("%v allocations a %s", allocations, name)
		}
	}
}
