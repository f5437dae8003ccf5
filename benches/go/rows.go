package main

import (
	"crypto/rsa"
	"crypto/x509"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cfaccess/cfaccess/bindings/go"
	"github.com/golang-jwt/jwt/v5"
)

// What an application would read.
type peerClaims struct {
	Email string `json:"email"`
	jwt.RegisteredClaims
}

func prepare(folder string) map[string]func() {
	token := read(folder, "token")
	seconds := must(strconv.ParseInt(read(folder, "now"), 10, 64))
	now := time.Unix(seconds, 0)

	keys := must(cfaccess.KeysFromJSON([]byte(read(folder, "keys.json"))))
	config := cfaccess.Config{Team: read(folder, "team"), Audiences: []string{read(folder, "audience")}}
	verifier := must(cfaccess.NewVerifier(config, keys))

	key := must(x509.ParsePKCS1PublicKey([]byte(read(folder, "key.der"))))
	bare := prepareFloor(folder)
	peer := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(read(folder, "audience")),
		jwt.WithIssuer(read(folder, "issuer")), jwt.WithExpirationRequired())

	return map[string]func(){
		"go_floor_rsa": bare,
		"go_verify":    func() { must(verifier.VerifyAt(token, now)) },
		"golang_jwt":   func() { must(peer.ParseWithClaims(token, &peerClaims{}, keyFunc(key))) },
	}
}

func keyFunc(key *rsa.PublicKey) jwt.Keyfunc {
	return func(*jwt.Token) (any, error) { return key, nil }
}

func read(folder, name string) string {
	return string(must(os.ReadFile(filepath.Join(folder, name))))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
