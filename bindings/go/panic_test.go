package cfaccess_test

import (
	"errors"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// failpointToken panics inside the library that is built with its test-only failpoint.
const failpointToken = "failpoint.panic.now"

func TestAPanicInsideIsARefusal(t *testing.T) {
	withLibrary(t, "failpoint", func() {
		verifier := acmeVerifier(t)

		_, err := verifier.VerifyAt(failpointToken, now)

		if errors.Is(err, cfaccess.ErrMalformed) {
			t.Fatal("this library has no failpoint: LD_LIBRARY_PATH did not reach the loader")
		}
		expectError(t, err, cfaccess.ErrInternal)
		mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))
	})
}
