package cfaccess_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// heldFetch is a Fetch that answers once it is released, whatever its context.
type heldFetch struct {
	begun    chan struct{}
	released chan struct{}
	running  atomic.Int32
	calls    atomic.Int32
}

func newHeldFetch() *heldFetch {
	return &heldFetch{begun: make(chan struct{}, 100), released: make(chan struct{})}
}

func (f *heldFetch) keys(t *testing.T, timeout time.Duration) *cfaccess.Keys {
	t.Helper()
	document := vectorFile(t, "acme.jwks.json")
	return remoteKeys(t, cfaccess.RemoteOptions{
		Timeout: timeout,
		Fetch: func(context.Context, string) ([]byte, error) {
			f.calls.Add(1)
			f.running.Add(1)
			defer f.running.Add(-1)
			f.begun <- struct{}{}
			<-f.released
			return document, nil
		},
	}, nil)
}

func TestCloseOfKeysWaitsForTheFetch(t *testing.T) {
	fetch := newHeldFetch()
	keys := fetch.keys(t, 200*time.Millisecond)
	expectError(t, keys.Connect(), cfaccess.ErrKeysUnavailable) // the fetch goes on after the timeout
	<-fetch.begun
	closed := make(chan struct{})
	go func() {
		keys.Close()
		keys.Close()
		close(closed)
	}()

	select {
	case <-closed:
		t.Error("closed while the fetch was in progress")
	case <-time.After(50 * time.Millisecond):
	}
	close(fetch.released)
	<-closed

	if fetch.running.Load() != 0 {
		t.Error("closed before the function of the fetch returned")
	}
}

func TestCallsDuringCloseOfKeysAreRefusedAtOnce(t *testing.T) {
	fetch := newHeldFetch()
	keys := fetch.keys(t, 30*time.Second)
	connected := make(chan error, 1)
	go func() { connected <- keys.Connect() }()
	<-fetch.begun
	closed := make(chan struct{})
	go func() {
		keys.Close()
		close(closed)
	}()
	eventually(t, "the beginning of Close", func() bool {
		_, err := keys.Status()
		return err != nil
	})

	began := time.Now()
	expectError(t, keys.Connect(), cfaccess.ErrInvalidArgument)
	expectError(t, keys.LoadJSON(nil), cfaccess.ErrInvalidArgument)
	_, err := cfaccess.NewVerifier(acmeConfig(), keys)
	expectError(t, err, cfaccess.ErrInvalidArgument)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the calls took %v", took)
	}

	close(fetch.released)
	<-closed
	if err := <-connected; err != nil {
		t.Errorf("the call in progress: %v", err)
	}
}

func TestClosedKeysAreNotFetchedAgain(t *testing.T) {
	fetch := newHeldFetch()
	close(fetch.released)
	keys := fetch.keys(t, time.Second)
	verifier := newVerifier(t, acmeConfig(), keys)
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")

	keys.Close()

	expectVerdict(t, verifier, tokenOf(t, "acme-2"), "OK")
	expectVerdict(t, verifier, tokenOfKeyID(t, "unknown"), "UNKNOWN_KEY")
	if calls := fetch.calls.Load(); calls != 1 {
		t.Errorf("%d fetches", calls)
	}
}

// Verifiers go on fetching when their Keys are merely garbage.
func TestForgottenKeysAreStillFetched(t *testing.T) {
	t.Parallel()
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	verifier := func() *cfaccess.Verifier {
		keys, err := cfaccess.RemoteKeys(team, cfaccess.RemoteOptions{Fetch: endpoint.fetch, Cooldown: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return newVerifier(t, acmeConfig(), keys)
	}()
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
	runtime.GC()
	runtime.GC()

	endpoint.serve(vectorFile(t, "other.jwks.json"))

	eventually(t, "the new keys", func() bool {
		_, err := verifier.Verify(tokenOf(t, "other-team"))
		return err == nil
	})
}

func TestCallsDuringCloseOfAVerifierAreRefusedAtOnce(t *testing.T) {
	fetch := newHeldFetch()
	keys := fetch.keys(t, 30*time.Second)
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	go verifier.Verify(token)
	<-fetch.begun
	closed := make(chan struct{})
	go func() {
		verifier.Close()
		close(closed)
	}()
	eventually(t, "the beginning of Close", func() bool {
		_, err := verifier.Stats()
		return err != nil
	})

	began := time.Now()
	expectError(t, second(verifier.Verify(token)), cfaccess.ErrInvalidArgument)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the call took %v", took)
	}

	close(fetch.released)
	<-closed
}
