package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

// What an application would read.
type person struct {
	Email string `json:"email"`
}

type peer struct {
	token, issuer, audience string
	key                     *rsa.PublicKey
}

func preparePeers(folder string) map[string]func() {
	peer := peer{
		token:    read(folder, "token"),
		issuer:   read(folder, "issuer"),
		audience: read(folder, "audience"),
		key:      must(x509.ParsePKCS1PublicKey([]byte(read(folder, "key.der")))),
	}
	return map[string]func(){
		"golang_jwt": peer.golangJWT(),
		"go_jose":    peer.goJOSE(),
		"jwx":        peer.jwx(),
		"go_oidc":    peer.goOIDC(),
	}
}

func (peer peer) golangJWT() func() {
	type claims struct {
		person
		jwt.RegisteredClaims
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(peer.audience),
		jwt.WithIssuer(peer.issuer), jwt.WithExpirationRequired())
	key := func(*jwt.Token) (any, error) { return peer.key, nil }
	return func() {
		var read claims
		must(parser.ParseWithClaims(peer.token, &read, key))
		present(read.Email)
	}
}

func (peer peer) goJOSE() func() {
	algorithms := []jose.SignatureAlgorithm{jose.RS256}
	expected := josejwt.Expected{Issuer: peer.issuer, AnyAudience: josejwt.Audience{peer.audience}}
	return func() {
		var claims josejwt.Claims
		var read person
		check(must(josejwt.ParseSigned(peer.token, algorithms)).Claims(peer.key, &claims, &read))
		check(claims.Validate(expected))
		present(read.Email)
	}
}

func (peer peer) jwx() func() {
	token := []byte(peer.token)
	key := jwxjwt.WithKey(jwa.RS256(), peer.key)
	issuer, audience := jwxjwt.WithIssuer(peer.issuer), jwxjwt.WithAudience(peer.audience)
	return func() {
		var email string
		check(must(jwxjwt.Parse(token, key, issuer, audience)).Get("email", &email))
		present(email)
	}
}

func (peer peer) goOIDC() func() {
	keys := &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{peer.key}}
	verifier := oidc.NewVerifier(peer.issuer, keys, &oidc.Config{ClientID: peer.audience})
	return func() {
		var read person
		check(must(verifier.Verify(context.Background(), peer.token)).Claims(&read))
		present(read.Email)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
