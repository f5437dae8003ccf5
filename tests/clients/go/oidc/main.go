// Program oidc is the example of Cloudflare's documentation with go-oidc, but for its address and its answer:
// https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/#golang-example
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
)

var (
	ctx        = context.TODO()
	teamDomain = os.Getenv("TEAM_URL")
	certsURL   = fmt.Sprintf("%s/cdn-cgi/access/certs", teamDomain)

	// The Application Audience (AUD) tag for your application
	policyAUD = os.Getenv("AUDIENCE")

	config = &oidc.Config{
		ClientID: policyAUD,
	}
	keySet   = oidc.NewRemoteKeySet(ctx, certsURL)
	verifier = oidc.NewVerifier(teamDomain, keySet, config)
)

// VerifyToken is a middleware to verify a CF Access token
func VerifyToken(next http.Handler) http.Handler {
	fn := func(w http.ResponseWriter, r *http.Request) {
		headers := r.Header

		// Make sure that the incoming request has our token header
		//  Could also look in the cookies for CF_AUTHORIZATION
		accessJWT := headers.Get("Cf-Access-Jwt-Assertion")
		if accessJWT == "" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("No token on the request"))
			return
		}

		// Verify the access token
		ctx := r.Context()
		token, err := verifier.Verify(ctx, accessJWT)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, "Invalid token: %s", err.Error())
			return
		}
		var claims struct {
			Email      string `json:"email"`
			CommonName string `json:"common_name"`
		}
		if err := token.Claims(&claims); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(claims.Email + claims.CommonName))
	}
	return http.HandlerFunc(fn)
}

func main() {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, VerifyToken(http.NotFoundHandler())))
}
