package cfaccess_test

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestAClosedVerifierRefuses(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))

	verifier.Close()
	verifier.Close()

	claims, err := verifier.VerifyAt(token, now)
	expectError(t, err, cfaccess.ErrInvalidArgument)
	if claims != nil {
		t.Error("claims came with the error")
	}
	_, err = verifier.VerifyHeader(http.Header{})
	expectError(t, err, cfaccess.ErrInvalidArgument)
	_, err = verifier.Explain(token, now)
	expectError(t, err, cfaccess.ErrInvalidArgument)
	_, err = verifier.Stats()
	expectError(t, err, cfaccess.ErrInvalidArgument)
	if verifier.Warnings() != nil {
		t.Error("a closed verifier has no warnings")
	}
}

func TestClosedKeysRefuse(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")

	keys.Close()
	keys.Close()

	_, err := keys.Status()
	expectError(t, err, cfaccess.ErrInvalidArgument)
	expectError(t, keys.LoadJSON(vectorFile(t, "acme.jwks.json")), cfaccess.ErrInvalidArgument)
	_, err = cfaccess.NewVerifier(acmeConfig(), keys)
	expectError(t, err, cfaccess.ErrInvalidArgument)
}

func TestAVerifierKeepsClosedKeys(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)

	keys.Close()

	mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))
}

func TestNilAndZeroValuesRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		keys     *cfaccess.Keys
		verifier *cfaccess.Verifier
		want     error
	}{
		"nil":    {nil, nil, cfaccess.ErrNullArgument},
		"unmade": {new(cfaccess.Keys), new(cfaccess.Verifier), cfaccess.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.keys.Status()
			expectError(t, err, test.want)
			expectError(t, test.keys.LoadJSON(nil), test.want)
			_, err = cfaccess.NewVerifier(acmeConfig(), test.keys)
			expectError(t, err, test.want)
			_, err = test.verifier.Verify("")
			expectError(t, err, test.want)
			_, err = test.verifier.VerifyRequest(&http.Request{})
			expectError(t, err, test.want)
			_, err = test.verifier.Explain("", now)
			expectError(t, err, test.want)
			_, err = test.verifier.Stats()
			expectError(t, err, test.want)
			test.verifier.Warnings()
			test.verifier.Close()
			test.keys.Close()
		})
	}
}

// A copy keeps the object of the library alive, as the original does.
func TestCopiesWorkWithoutTheOriginal(t *testing.T) {
	keys, verifier := func() (cfaccess.Keys, cfaccess.Verifier) {
		keys, err := cfaccess.KeysFromJSON(vectorFile(t, "acme.jwks.json"))
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := cfaccess.NewVerifier(acmeConfig(), keys)
		if err != nil {
			t.Fatal(err)
		}
		return *keys, *verifier
	}()
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	runtime.GC()

	expectVerdict(t, &verifier, tokenOf(t, "acme-1"), "OK")
	statusOfKeys(t, &keys)

	keys.Close()
	verifier.Close()
	expectError(t, second(verifier.Verify("")), cfaccess.ErrInvalidArgument)
}
