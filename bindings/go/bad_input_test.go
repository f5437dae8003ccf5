package cfaccess_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const tenMegabytes = 10_000_000

// garbage returns random bytes of all lengths up to 10 MB, the same ones in every run.
func garbage(number int) [][]byte {
	source := rand.NewChaCha8([32]byte{byte(number)})
	var all [][]byte
	for _, length := range []int{0, 1, 2, 3, 10, 100, 1000, 16_384, 16_385, 100_000, 1_000_000, tenMegabytes} {
		random := make([]byte, length)
		source.Read(random)
		all = append(all, random, bytes.Repeat([]byte{'.'}, length), bytes.Repeat([]byte{'A'}, length))
	}
	return all
}

func TestGarbageChangesNothing(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	before, _ := keys.Status()

	together(func(number int) {
		for _, bad := range garbage(number) {
			status := statusOf(t, second(verifier.VerifyAt(string(bad), now)))
			switch {
			case status == "MALFORMED":
			case status == "TOO_LARGE" && len(bad) > 16_384:
			case status == "NO_TOKEN" && len(bad) == 0:
			default:
				t.Errorf("a token of %d bytes: %s", len(bad), status)
			}
			if err := keys.LoadJSON(bad); statusOf(t, err) != "KEYS_INVALID" {
				t.Errorf("a document of %d bytes: %v", len(bad), err)
			}
			if _, err := verifier.VerifyAt(token, now); err != nil {
				t.Errorf("the good token: %v", err)
			}
		}
	})

	if after, err := keys.Status(); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("got %+v, %v", after, err)
	}
}

func TestATokenWithOneChangedByteIsRefused(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	source := rand.New(rand.NewPCG(1, 2))

	for at := range len(token) {
		changed := []byte(token)
		changed[at] ^= byte(1 + source.IntN(255))
		if claims, err := verifier.VerifyAt(string(changed), now); err == nil {
			t.Errorf("byte %d: accepted as %v", at, claims.Email())
		}
	}
}

func TestBytesAfterATokenAreNotCutOff(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	for _, other := range []string{token + "\x00", token + "\x00x", "\x00" + token, token + "\n", " " + token, "Bearer " + token} {
		expectError(t, second(verifier.VerifyAt(other, now)), cfaccess.ErrMalformed)
	}
}

func TestTimesOutOfRange(t *testing.T) {
	verifier := acmeVerifier(t)
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.Unix(1<<53, 0)} {
		expectError(t, second(verifier.VerifyAt(token, at)), cfaccess.ErrInvalidArgument)
	}
	expectError(t, second(verifier.VerifyAt(token, time.Unix(0, 0))), cfaccess.ErrNotYetValid)
	expectError(t, second(verifier.VerifyAt(token, time.Unix(1<<53-1, 0))), cfaccess.ErrExpired)
}

func TestVerifyUsesTheClock(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	clock := time.Now().Unix()
	current := signer.token(t, personClaims(object{"iat": clock, "nbf": clock, "exp": clock + 3600}))
	expired := signer.token(t, personClaims(object{"iat": clock - 3600, "nbf": nil, "exp": clock - 60}))

	expectError(t, second(verifier.Verify(current)), nil)
	expectError(t, second(verifier.Verify(expired)), cfaccess.ErrExpired)
}

func second(_ *cfaccess.Claims, err error) error { return err }
