package cfaccess_test

import (
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestTokensSignedByGoAreAccepted(t *testing.T) {
	verifier := newVerifier(t, acmeConfig(), loadKeys(t, "sizes.jwks.json"))
	for _, name := range []string{"acme-1", "acme-3072", "acme-4096"} {
		t.Run(name, func(t *testing.T) {
			claims := mustVerify(t, verifier, newMinter(t, name).token(t, personClaims(nil)))

			if claims.Kind() != cfaccess.Person || claims.Email() != "user@example.com" {
				t.Errorf("got %v %q", claims.Kind(), claims.Email())
			}
		})
	}
}

func TestTokensSignedByAnotherKeyAreRefused(t *testing.T) {
	verifier := acmeVerifier(t)
	stranger := newMinter(t, "stranger")
	pretending := minter{key: stranger.key, keyID: newMinter(t, "acme-1").keyID}

	_, unknown := verifier.VerifyAt(stranger.token(t, personClaims(nil)), now)
	_, forged := verifier.VerifyAt(pretending.token(t, personClaims(nil)), now)

	expectError(t, unknown, cfaccess.ErrUnknownKey)
	expectError(t, forged, cfaccess.ErrBadSignature)
}
