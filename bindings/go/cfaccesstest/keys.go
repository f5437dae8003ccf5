package cfaccesstest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"sync"
)

// signingKey is an RSA-2048 key.
type signingKey struct {
	private *rsa.PrivateKey
	kid     string
}

// keyPair is the key that signs and the one before it.
type keyPair struct{ current, previous *signingKey }

// firstKeys are made once for a run of the tests.
var firstKeys = sync.OnceValues(func() (keyPair, error) {
	current, err := newSigningKey()
	if err != nil {
		return keyPair{}, err
	}
	previous, err := newSigningKey()
	return keyPair{current, previous}, err
})

func newSigningKey() (*signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&private.PublicKey))
	return &signingKey{private, hex.EncodeToString(sum[:])}, nil
}

// sign is RSASSA-PKCS1-v1_5 with SHA-256.
func (k *signingKey) sign(message string) ([]byte, error) {
	sum := sha256.Sum256([]byte(message))
	return rsa.SignPKCS1v15(rand.Reader, k.private, crypto.SHA256, sum[:])
}

func (k *signingKey) publicPEM() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(&k.private.PublicKey)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

func (k *signingKey) jwk() map[string]any {
	return map[string]any{
		"kid":            k.kid,
		"kty":            "RSA",
		"alg":            "RS256",
		"use":            "sig",
		"n":              base64url(k.private.N.Bytes()),
		"e":              base64url(big.NewInt(int64(k.private.E)).Bytes()),
		"cfaccess_local": true,
	}
}

// document is the key document, as /cdn-cgi/access/certs has it.
func (p keyPair) document() ([]byte, error) {
	return json.Marshal(map[string]any{"keys": []any{p.current.jwk(), p.previous.jwk()}})
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
