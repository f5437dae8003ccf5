package cfaccess_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func Example() {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{
		Fetch: exampleFetch, // only so that the example needs no network
	})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	verifier, err := cfaccess.NewVerifier(cfaccess.Config{
		Team:      "acme",
		Audiences: []string{"32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"},
	}, keys)
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()

	claims, err := verifier.VerifyAt(exampleToken(), time.Unix(1767225600, 0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Kind(), claims.Email())
	fmt.Println(claims.PrincipalID())
	fmt.Println(claims.SecondsLeft(time.Unix(1767225600, 0)), "seconds left")
	// Output:
	// person user@example.com
	// acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94
	// 86340 seconds left
}

func ExampleVerifier_Verify() {
	verifier := exampleVerifier()
	defer verifier.Close()

	_, err := verifier.Verify(exampleToken())

	switch {
	case errors.Is(err, cfaccess.ErrExpired):
		fmt.Println("log in again")
	case err != nil:
		fmt.Println("refused")
	}
	// Output:
	// log in again
}

func ExampleAccessError() {
	verifier := exampleVerifier()
	defer verifier.Close()

	_, err := verifier.Verify("not a token")

	var refusal *cfaccess.AccessError
	if errors.As(err, &refusal) {
		fmt.Println(refusal.HTTPStatus, refusal.Status)
	}
	// Output:
	// 401 MALFORMED
}

func ExampleClaims_Has() {
	verifier := exampleVerifier()
	defer verifier.Close()
	claims, err := verifier.VerifyAt(exampleToken(), time.Unix(1767225600, 0))
	if err != nil {
		log.Fatal(err)
	}

	if claims.Has(cfaccess.ClaimCountry) {
		fmt.Println("logged in from", claims.Country())
	}
	if !claims.Has(cfaccess.ClaimCustom) {
		fmt.Println("no custom claims")
	}
	// Output:
	// logged in from US
	// no custom claims
}

// The usual start of a server. If the keys cannot be fetched yet it starts anyway, and answers 503 until
// they can.
func ExampleRemoteKeys() {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{
		CacheFile: "/var/lib/shop/access-keys.json",
		Logger:    slog.Default(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	if err := keys.Connect(); err != nil {
		log.Print(err)
	}
}

// The sessions of a person end, and a new login is accepted.
func ExampleOpenRevocations() {
	ctx := context.Background()
	revocations, err := cfaccess.OpenRevocations(ctx, "memory:", "acme", cfaccess.RevocationOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer revocations.Close()
	verifier := exampleVerifierWith(revocations)
	defer verifier.Close()

	err = revocations.Revoke(ctx, cfaccess.Email("user@example.com"), cfaccess.RevokeOptions{Reason: "lost laptop"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = verifier.VerifyAt(exampleToken(), time.Unix(1767225600, 0))
	fmt.Println(errors.Is(err, cfaccess.ErrRevoked))

	entries, err := revocations.List(ctx, cfaccess.ListOptions{Kind: cfaccess.TargetEmail})
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range entries {
		fmt.Println(entry.Target.Kind(), entry.Target.Value(), entry.Reason)
	}
	// Output:
	// true
	// email user@example.com lost laptop
}

// A health page that reports the age of the keys.
func ExampleKeys_Status() {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{Fetch: exampleFetch})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	if err := keys.Connect(); err != nil {
		log.Fatal(err)
	}

	status, err := keys.Status()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(status.Keys), "keys in force,", len(status.Skipped), "skipped")
	if status.Age == nil || *status.Age > 2*time.Hour {
		fmt.Println("not confirmed for two hours:", status.LastError)
	}
	// Output:
	// 2 keys in force, 0 skipped
}

// Keys that something else keeps current.
func ExampleKeysFromFile() {
	keys, err := cfaccess.KeysFromFile("../../tests/vectors/acme.jwks.json")
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()

	status, err := keys.Status()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(status.Keys), "keys from a", status.Source)
	// Output:
	// 2 keys from a file
}

// A handler that accepts the requests that Access accepted. NewMiddleware does this, and more, for any handler.
func ExampleVerifier_VerifyRequest() {
	verifier := exampleVerifier()
	defer verifier.Close()
	handler := func(w http.ResponseWriter, r *http.Request) {
		claims, err := verifier.VerifyRequest(r)
		if err != nil {
			var refusal *cfaccess.AccessError
			errors.As(err, &refusal)
			http.Error(w, refusal.Status, refusal.HTTPStatus)
			return
		}
		fmt.Fprintln(w, "hello,", claims.Email())
	}

	recorder := httptest.NewRecorder()
	handler(recorder, httptest.NewRequest("GET", "/", nil))
	fmt.Print(recorder.Code, " ", recorder.Body)
	// Output:
	// 401 NO_TOKEN
}
