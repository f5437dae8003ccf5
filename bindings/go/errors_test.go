package cfaccess_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const headerFile = checkout + "include/cfaccess.h"

func readHeader(t *testing.T) string {
	t.Helper()
	needFile(t, headerFile)
	header, err := os.ReadFile(headerFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(header)
}

func TestTheTableOfStatusesMatchesTheHeader(t *testing.T) {
	inHeader := map[string]int32{}
	for _, match := range regexp.MustCompile(`CFACCESS_STATUS_(\w+) = (\d+)`).FindAllStringSubmatch(readHeader(t), -1) {
		number, _ := strconv.ParseInt(match[2], 10, 32)
		inHeader[match[1]] = int32(number)
	}
	delete(inHeader, "OK")

	for _, known := range cfaccess.KnownStatuses() {
		if inHeader[known.Name] != known.Number {
			t.Errorf("%s: %d here, %d in the header", known.Name, known.Number, inHeader[known.Name])
		}
		delete(inHeader, known.Name)
	}
	for name, number := range inHeader {
		t.Errorf("%s (%d) of the header is missing here", name, number)
	}
}

func TestTheTableOfStatusesMatchesTheLibrary(t *testing.T) {
	for _, known := range cfaccess.KnownStatuses() {
		if name := cfaccess.LibraryStatusName(known.Number); name != known.Name {
			t.Errorf("%d: %s here, %s in the library", known.Number, known.Name, name)
		}
		if http := cfaccess.LibraryStatusHTTP(known.Number); http != known.HTTPStatus {
			t.Errorf("%s: %d here, %d in the library", known.Name, known.HTTPStatus, http)
		}
		if pending := cfaccess.LibraryIsPending(known.Number); pending != cfaccess.IsPending(known.Sentinel) {
			t.Errorf("%s: pending is %v in the library, and not here", known.Name, pending)
		}
	}
}

func TestErrorsIsComparesTheStatus(t *testing.T) {
	for _, known := range cfaccess.KnownStatuses() {
		err := fmt.Errorf("wrapped: %w", cfaccess.StatusError(known.Number, "why"))
		for _, other := range cfaccess.KnownStatuses() {
			if errors.Is(err, other.Sentinel) != (other.Name == known.Name) {
				t.Errorf("errors.Is(%v, %v)", err, other.Sentinel)
			}
		}
	}
}

func TestErrorsAsGivesTheDetails(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, personClaims(object{"iat": now.Unix() - 100, "nbf": nil, "exp": now.Unix() - 40}))

	_, err := acmeVerifier(t).VerifyAt(token, now)

	var refusal *cfaccess.AccessError
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v", err)
	}
	if refusal.Status != "EXPIRED" || refusal.HTTPStatus != 401 || refusal.Message == "" {
		t.Errorf("got %+v", refusal)
	}
	if text := err.Error(); text != "cfaccess: EXPIRED: "+refusal.Message {
		t.Errorf("got %q", text)
	}
	expectError(t, err, cfaccess.ErrExpired)
}

func TestAStatusOfANewerLibraryIsARefusal(t *testing.T) {
	err := cfaccess.StatusError(12345, "something new")

	var refusal *cfaccess.AccessError
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v", err)
	}
	if refusal.Status != "UNKNOWN_STATUS" || refusal.HTTPStatus != 500 || refusal.Message != "something new" {
		t.Errorf("got %+v", refusal)
	}
	for _, known := range cfaccess.KnownStatuses() {
		if errors.Is(err, known.Sentinel) {
			t.Errorf("it is taken for %v", known.Sentinel)
		}
	}
}

func TestARefusalDoesNotShowTheToken(t *testing.T) {
	verifier := acmeVerifier(t)
	stranger := newMinter(t, "stranger")
	good := newMinter(t, "acme-1").token(t, personClaims(nil))
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	tokens := map[string]string{
		"cut":       header + "." + payload,
		"signature": header + "." + payload + "." + strings.Repeat("A", len(signature)),
		"key":       stranger.token(t, personClaims(nil)),
		"algorithm": stranger.tokenWithHeader(t, object{"alg": "secret\nalgorithm", "kid": "x"}, personClaims(nil)),
	}
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			_, err := verifier.VerifyAt(token, now)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, secret := range append(strings.Split(token, "."), "secret", "user@example.com", "\n") {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q shows %q", err, secret)
				}
			}
		})
	}
}

// expectConstant looks a constant up in the header: a number, or a bit as 1 << n.
func expectConstant(t *testing.T, header, name string, want uint32) {
	t.Helper()
	match := regexp.MustCompile(`#define ` + name + `\s+\(?(\d+)u?(?:\s*<<\s*(\d+))?\)?`).FindStringSubmatch(header)
	if match == nil {
		t.Errorf("%s is missing in the header", name)
		return
	}
	value, _ := strconv.ParseUint(match[1], 10, 32)
	shift, _ := strconv.ParseUint("0"+match[2], 10, 32)
	if got := uint32(value) << shift; got != want {
		t.Errorf("%s: %d in the header, %d here", name, got, want)
	}
}
