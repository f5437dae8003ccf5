package cfaccess_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// failpointFolder holds the library built with its test-only failpoint, where verifying one
// certain token panics inside.
const (
	failpointFolder = "../../target/failpoint"
	failpointToken  = "failpoint.panic.now"
	failpointChild  = "CFACCESS_TEST_FAILPOINT_CHILD"
)

func TestAPanicInsideIsARefusal(t *testing.T) {
	if os.Getenv(failpointChild) != "" {
		panicInside(t)
		return
	}
	folder, err := filepath.Abs(failpointFolder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "libcfaccess.so")); err != nil {
		t.Skip("target/failpoint/libcfaccess.so is missing: make failpoint builds it")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestAPanicInsideIsARefusal$", "-test.count=1")
	child.Env = append(os.Environ(), failpointChild+"=1", "LD_LIBRARY_PATH="+folder)
	if output, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func panicInside(t *testing.T) {
	verifier := acmeVerifier(t)

	_, err := verifier.VerifyAt(failpointToken, now)

	if errors.Is(err, cfaccess.ErrMalformed) {
		t.Fatal("this library has no failpoint: LD_LIBRARY_PATH did not reach the loader")
	}
	expectError(t, err, cfaccess.ErrInternal)
	mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))
}
