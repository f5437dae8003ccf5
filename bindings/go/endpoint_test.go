package cfaccess_test

import (
	"context"
	"errors"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const certsURL = "https://acme.cloudflareaccess.com/cdn-cgi/access/certs"

// endpoint replaces the certs endpoint of a team. Each fetch takes an answer, and waits if there is none.
type endpoint struct {
	begun   chan string // the URL of each fetch
	answers chan endpointAnswer
}

type endpointAnswer struct {
	document []byte
	err      error
}

func newEndpoint() *endpoint {
	return &endpoint{begun: make(chan string, 100), answers: make(chan endpointAnswer, 100)}
}

func (e *endpoint) fetch(ctx context.Context, url string) ([]byte, error) {
	e.begun <- url
	select {
	case answer := <-e.answers:
		return answer.document, answer.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *endpoint) serve(document []byte) {
	e.answers <- endpointAnswer{document: document}
}

func (e *endpoint) fail(reason string) {
	e.answers <- endpointAnswer{err: errors.New(reason)}
}

// keys are fetched from the endpoint, and may be fetched again after a second.
func (e *endpoint) keys(t testing.TB, change func(*cfaccess.RemoteOptions)) *cfaccess.Keys {
	t.Helper()
	return remoteKeys(t, cfaccess.RemoteOptions{Fetch: e.fetch, Cooldown: time.Second}, change)
}

func remoteKeys(t testing.TB, options cfaccess.RemoteOptions, change func(*cfaccess.RemoteOptions)) *cfaccess.Keys {
	t.Helper()
	if change != nil {
		change(&options)
	}
	keys, err := cfaccess.RemoteKeys(team, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	return keys
}

// tokenOf returns a token that is valid now, signed by the key of that name.
func tokenOf(t testing.TB, key string) string {
	t.Helper()
	return newMinter(t, key).token(t, currentClaims(personClaims(nil), nil))
}

// tokenOfKeyID returns a token that names an unknown key. Its signature is invalid.
func tokenOfKeyID(t testing.TB, keyID string) string {
	t.Helper()
	return encodePart(t, object{"alg": "RS256", "kid": keyID}) + ".e30.c2lnbmF0dXJl"
}

func statusOfKeys(t testing.TB, keys *cfaccess.Keys) cfaccess.KeysStatus {
	t.Helper()
	status, err := keys.Status()
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func expectVerdict(t testing.TB, verifier *cfaccess.Verifier, token, status string) {
	t.Helper()
	if _, err := verifier.Verify(token); statusOf(t, err) != status {
		t.Errorf("got %v, expected %s", err, status)
	}
}

// eventually repeats a check until it is true: for what happens after a cooldown, or on a thread of
// the library.
func eventually(t testing.TB, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !check(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 seconds: %s", what)
		}
	}
}
