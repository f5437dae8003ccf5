package cfaccess_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestKeysFromAFile(t *testing.T) {
	needFile(t, vectorFolder)
	keys, err := cfaccess.KeysFromFile(filepath.Join(vectorFolder, "acme.jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	status, err := keys.Status()
	if err != nil {
		t.Fatal(err)
	}

	if status.Source != "file" || len(status.Keys) != 2 || len(status.Skipped) != 0 {
		t.Errorf("got %+v", status)
	}
	mustVerify(t, newVerifier(t, acmeConfig(), keys), newMinter(t, "acme-1").token(t, personClaims(nil)))
}

func TestAFileThatIsRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path string
		want error
	}{
		"missing":  {filepath.Join(t.TempDir(), "missing.json"), cfaccess.ErrKeysUnavailable},
		"folder":   {t.TempDir(), cfaccess.ErrKeysUnavailable},
		"empty":    {empty, cfaccess.ErrKeysInvalid},
		"NUL":      {empty + "\x00.json", cfaccess.ErrInvalidArgument},
		"no name":  {"", cfaccess.ErrKeysUnavailable},
		"not JSON": {"keys_test.go", cfaccess.ErrKeysInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := cfaccess.KeysFromFile(test.path)

			expectError(t, err, test.want)
			if keys != nil {
				t.Error("keys came with the error")
			}
		})
	}
}

func TestStatusShowsTheKeysInForce(t *testing.T) {
	signer := newMinter(t, "acme-1")
	public, err := x509.MarshalPKIXPublicKey(&signer.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := sha256.Sum256(public)

	status, err := loadKeys(t, "mixed.jwks.json").Status()

	if err != nil || status.Source != "json" {
		t.Fatalf("got %+v, %v", status, err)
	}
	want := []cfaccess.Key{{KeyID: signer.keyID, SHA256: hex.EncodeToString(fingerprint[:]), Bits: 2048}}
	if !reflect.DeepEqual(status.Keys, want) {
		t.Errorf("got %+v, expected %+v", status.Keys, want)
	}
	for _, skipped := range status.Skipped {
		if skipped.KeyID == "" || skipped.Reason == "" {
			t.Errorf("got %+v", skipped)
		}
	}
}

func TestLoadingReplacesTheWholeSet(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	mustVerify(t, verifier, token)

	if err := keys.LoadJSON(vectorFile(t, "other.jwks.json")); err != nil {
		t.Fatal(err)
	}

	_, err := verifier.VerifyAt(token, now)
	expectError(t, err, cfaccess.ErrUnknownKey)
	mustVerify(t, verifier, newMinter(t, "other-team").token(t, personClaims(nil)))
}

func TestABadDocumentDoesNotReplaceTheKeys(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	before, _ := keys.Status()
	for document, want := range map[string]error{
		"":                       cfaccess.ErrKeysInvalid,
		"<html>":                 cfaccess.ErrKeysInvalid,
		`{"keys":[]}`:            cfaccess.ErrNoUsableKeys,
		`{"keys":[{"kid":"a"}]}`: cfaccess.ErrNoUsableKeys,
	} {
		expectError(t, keys.LoadJSON([]byte(document)), want)
	}

	if after, err := keys.Status(); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("got %+v, %v", after, err)
	}
	mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))
}
