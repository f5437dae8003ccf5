package cfaccess_test

import (
	"errors"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestHitsWhileKeysAreReplaced(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	sets := [][]byte{vectorFile(t, "acme.jwks.json"), vectorFile(t, "other.jwks.json")}
	token := tokenOf(t, "acme-1")

	together(func(number int) {
		for i := range 300 {
			if number == 0 && i%10 == 0 {
				if err := keys.LoadJSON(sets[i/10%2]); err != nil {
					t.Error(err)
				}
				continue
			}
			claims, err := verifier.Verify(token)
			if err == nil && claims.Email() == "user@example.com" {
				continue
			}
			if !errors.Is(err, cfaccess.ErrUnknownKey) {
				t.Errorf("got %v, %v", claims, err)
			}
		}
	})
}

func TestClosingDuringHits(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	token := tokenOf(t, "acme-1")
	for range 50 {
		verifier := newVerifier(t, acmeConfig(), keys)
		verifyNow(t, verifier, token)
		together(func(number int) {
			for range 20 {
				claims, err := verifier.Verify(token)
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

// Many tokens in a small cache, each verified by all goroutines: none gets the claims of another token.
func TestHitsDuringEvictions(t *testing.T) {
	config := acmeConfig()
	config.CacheEntries = 4
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
	emails := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com", "f@example.com"}
	var tokens []string
	for _, email := range emails {
		tokens = append(tokens, currentToken(t, object{"email": email}))
	}

	together(func(number int) {
		for i := range 300 {
			which := (i*number + i/7) % len(tokens)
			claims, err := verifier.Verify(tokens[which])
			if err != nil || claims.Email() != emails[which] {
				t.Errorf("got %v, %v, expected %s", claims, err, emails[which])
			}
		}
	})
}
