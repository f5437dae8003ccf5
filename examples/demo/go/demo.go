// Who is calling? Answers for each token of standard input, one line "name token" each:
//
//	go run -tags cfaccess_dev . ../certs.json < ../tokens.txt
//
// With a store of revocations as its second argument it goes by the clock.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

var config = cfaccess.Config{
	Team: "acme",
	// The Application Audience (AUD) tag of this application.
	Audiences: []string{"32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"},
	// The Client ID of the one service that may call. Without AllowServices only persons may.
	AllowServices: []string{"e367826f93b8d71185e03fe518aff3b4.access"},
}

// When the tokens were made. A server calls Verify, which goes by the clock.
var now = time.Unix(1767225600, 0)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 && len(os.Args) != 3 {
		log.Fatal("usage: demo CERTS [STORE] < TOKENS")
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

func run(certs string, store []string) error {
	verify := func(verifier *cfaccess.Verifier, token string) (*cfaccess.Claims, error) {
		return verifier.VerifyAt(token, now)
	}
	if len(store) > 0 {
		revocations, err := cfaccess.OpenRevocations(context.Background(), store[0], config.Team, cfaccess.RevocationOptions{
			Timeout: 20 * time.Second, // longer than by default, so that the demo works on a busy machine
		})
		if err != nil {
			return err
		}
		defer revocations.Close()
		config.Revocations = revocations
		verify = (*cfaccess.Verifier).Verify
	}
	keys, err := cfaccess.KeysFromFile(certs)
	if err != nil {
		return err
	}
	defer keys.Close()
	verifier, err := cfaccess.NewVerifier(config, keys)
	if err != nil {
		return err
	}
	defer verifier.Close()

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		name, token, _ := strings.Cut(lines.Text(), " ")
		if name != "#" {
			status, whoOrWhy := answer(verify(verifier, token))
			fmt.Printf("%-12s %-22s %s\n", name, status, whoOrWhy)
		}
	}
	return lines.Err()
}

// answer gives the status, and who is calling or why the token is refused.
func answer(claims *cfaccess.Claims, err error) (status, whoOrWhy string) {
	if err != nil {
		var refusal *cfaccess.AccessError
		errors.As(err, &refusal)
		return refusal.Status, refusal.Message
	}
	who := claims.Email()
	if claims.Kind() == cfaccess.Service {
		who = claims.CommonName()
	}
	return "OK", fmt.Sprintf("%s (%s)", who, claims.PrincipalID())
}
