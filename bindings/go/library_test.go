package cfaccess_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const childOf = "CFACCESS_TEST_CHILD"

// withLibrary runs the check in a child of this test program that loads a library with a test-only feature,
// such as make failpoint builds.
func withLibrary(t *testing.T, feature string, check func()) {
	t.Helper()
	if os.Getenv(childOf) == t.Name() {
		check()
		return
	}
	folder, err := filepath.Abs(filepath.Join(checkout, "target", feature))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "libcfaccess.so")); err != nil {
		t.Skipf("target/%s/libcfaccess.so is missing: make %s builds it", feature, feature)
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	child.Env = append(os.Environ(), childOf+"="+t.Name(), "LD_LIBRARY_PATH="+folder)
	if output, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// A later version of the library adds strings to the claims, and bits to those that say what is present.
func TestClaimsOfALaterVersionAreRead(t *testing.T) {
	withLibrary(t, "later", func() {
		const laterClaim = cfaccess.Claim(1 << 31)
		verifier, signer := acmeVerifier(t), newMinter(t, "acme-1")

		claims := mustVerify(t, verifier, signer.token(t, personClaims(object{
			"aud": []string{"a", "b", audience}, "policy_id": "p-1",
		})))

		if !claims.Has(laterClaim) {
			t.Fatal("this is not a later library: LD_LIBRARY_PATH did not reach the loader")
		}
		if claims.PolicyID() != "p-1" || len(claims.Audiences()) != 3 || claims.Audiences()[2] != audience {
			t.Errorf("got %q, %q", claims.PolicyID(), claims.Audiences())
		}
	})
}
