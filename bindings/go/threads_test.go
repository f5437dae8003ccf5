package cfaccess_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const goroutines = 8

// together runs the work in several goroutines at once and waits for all of them.
func together(work func(number int)) {
	var all sync.WaitGroup
	for number := range goroutines {
		all.Add(1)
		go func() {
			defer all.Done()
			work(number)
		}()
	}
	all.Wait()
}

func TestVerifyingWhileKeysAreReplaced(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	sets := [][]byte{vectorFile(t, "acme.jwks.json"), vectorFile(t, "other.jwks.json")}
	tokens := []string{
		newMinter(t, "acme-1").token(t, personClaims(nil)),
		newMinter(t, "other-team").token(t, personClaims(nil)),
	}

	together(func(number int) {
		for i := range 300 {
			if number == 0 {
				if err := keys.LoadJSON(sets[i%2]); err != nil {
					t.Error(err)
				}
				continue
			}
			claims, err := verifier.VerifyAt(tokens[i%2], now)
			if err == nil && claims.Email() == "user@example.com" {
				continue
			}
			if !errors.Is(err, cfaccess.ErrUnknownKey) {
				t.Errorf("got %v, %v", claims, err)
			}
		}
	})
}

func TestClosingWhileOthersVerify(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	for range 50 {
		verifier := newVerifier(t, acmeConfig(), keys)
		together(func(number int) {
			for range 3 {
				claims, err := verifier.VerifyAt(token, now)
				if err == nil && claims.Email() == "user@example.com" {
					continue
				}
				if !errors.Is(err, cfaccess.ErrInvalidArgument) {
					t.Errorf("got %v, %v", claims, err)
				}
			}
			if number == goroutines/2 {
				verifier.Close()
			}
		})
	}
}

func TestVerifiersAreMadeAndForgottenConcurrently(t *testing.T) {
	document := vectorFile(t, "acme.jwks.json")
	token := newMinter(t, "acme-1").token(t, personClaims(nil))

	together(func(int) {
		for range 20 {
			keys, err := cfaccess.KeysFromJSON(document)
			if err != nil {
				t.Error(err)
				return
			}
			verifier, err := cfaccess.NewVerifier(acmeConfig(), keys)
			if err != nil {
				t.Error(err)
				return
			}
			runtime.GC()
			if _, err := verifier.VerifyAt(token, now); err != nil {
				t.Error(err)
			}
		}
	})
}
