package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// How much of an error's text is shown.
const mostText = 80

// The library under test: go-oidc.
type verifier struct {
	tokens *oidc.IDTokenVerifier
}

func newVerifier() verifier {
	trusted, err := os.ReadFile(os.Getenv("FAULTS_CA_FILE"))
	must(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(trusted)
	milliseconds, err := strconv.Atoi(os.Getenv("FAULTS_TIMEOUT"))
	must(err)

	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities}
	client := &http.Client{Transport: transport, Timeout: time.Duration(milliseconds) * time.Millisecond}
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), client), os.Getenv("FAULTS_URL"))
	config := &oidc.Config{ClientID: os.Getenv("FAULTS_AUDIENCE")}
	return verifier{oidc.NewVerifier(os.Getenv("FAULTS_ISSUER"), keys, config)}
}

// "OK", or the beginning of the error's text.
func (v verifier) verify(token string) string {
	_, err := v.tokens.Verify(context.Background(), token)
	if err == nil {
		return "OK"
	}
	text := strings.ToValidUTF8(strings.Join(strings.Fields(err.Error()), " "), "")
	return text[:min(len(text), mostText)]
}
