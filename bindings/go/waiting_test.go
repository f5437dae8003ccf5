package cfaccess_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// A Go process is aborted at 10,000 threads, and a call that waits in C holds one.
const threadsMax = 100

// verifyTogether verifies each token in its own goroutine, and returns the statuses and the longest time
// that one took. It calls begun once all have begun.
func verifyTogether(t *testing.T, verifier *cfaccess.Verifier, tokens []string, begun func()) (map[string]int, time.Duration) {
	t.Helper()
	var mutex sync.Mutex
	var beginning, all sync.WaitGroup
	statuses, longest := map[string]int{}, time.Duration(0)
	for _, token := range tokens {
		beginning.Add(1)
		all.Add(1)
		go func() {
			defer all.Done()
			beginning.Done()
			begin := time.Now()
			_, err := verifier.Verify(token)
			took := time.Since(begin)
			mutex.Lock()
			defer mutex.Unlock()
			statuses[statusOf(t, err)]++
			longest = max(longest, took)
		}()
	}
	beginning.Wait()
	begun()
	all.Wait()
	return statuses, longest
}

// tokensOfUnknownKeys each name another key, and one in ten a key of the team.
func tokensOfUnknownKeys(t *testing.T) []string {
	t.Helper()
	good := tokenOf(t, "acme-1")
	tokens := make([]string, manyCalls)
	for i := range tokens {
		tokens[i] = tokenOfKeyID(t, fmt.Sprintf("%064x", i))
		if i%10 == 0 {
			tokens[i] = good
		}
	}
	return tokens
}

func TestManyCallsWaitForOneFetchOnAFewThreads(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) {
		options.Cooldown = 30 * time.Second
		options.Timeout = 20 * time.Second
	})
	verifier := newVerifier(t, acmeConfig(), keys)
	tokens := tokensOfUnknownKeys(t)
	threads := pprof.Lookup("threadcreate")
	before := threads.Count()

	statuses, longest := verifyTogether(t, verifier, tokens, func() {
		time.Sleep(500 * time.Millisecond) // a slow endpoint
		endpoint.serve(vectorFile(t, "acme.jwks.json"))
	})

	if statuses["OK"] != manyCalls/10 || statuses["UNKNOWN_KEY"] != manyCalls-manyCalls/10 {
		t.Errorf("got %v", statuses)
	}
	if fetches := statusOfKeys(t, keys).Fetches; fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
	if made := threads.Count() - before; made > threadsMax {
		t.Errorf("%d threads", made)
	}
	if longest > 15*time.Second {
		t.Errorf("one took %v", longest)
	}
}

func TestManyCallsWaitNoLongerThanTheTimeout(t *testing.T) {
	const timeout = time.Second
	endpoint := newEndpoint() // which never answers
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) {
		options.Cooldown = 30 * time.Second
		options.Timeout = timeout
	})
	verifier := newVerifier(t, acmeConfig(), keys)

	statuses, longest := verifyTogether(t, verifier, tokensOfUnknownKeys(t), func() {})

	if statuses["KEYS_UNAVAILABLE"] != manyCalls {
		t.Errorf("got %v", statuses)
	}
	if longest > timeout+2*time.Second {
		t.Errorf("one took %v", longest)
	}
}

// With a cooldown shorter than the timeout, another fetch may be in progress when the time of a call
// is over.
func TestAFetchThatTakesTooLongIsRefusedAfterTheTimeout(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	keys := remoteKeys(t, cfaccess.RemoteOptions{
		Fetch:    func(context.Context, string) ([]byte, error) { <-over; return nil, nil },
		Timeout:  1200 * time.Millisecond,
		Cooldown: time.Second,
	}, nil)
	defer close(over)
	verifier := newVerifier(t, acmeConfig(), keys)
	tokens := []string{tokenOf(t, "acme-1"), tokenOf(t, "acme-1"), tokenOf(t, "acme-1")}

	statuses, longest := verifyTogether(t, verifier, tokens, func() {})

	if refused := statuses["KEYS_UNAVAILABLE"] + statuses["KEYS_PENDING"]; refused != len(tokens) {
		t.Errorf("got %v", statuses)
	}
	if longest > 3*time.Second {
		t.Errorf("one took %v", longest)
	}
}

func TestTokensOfKnownKeysDoNotWait(t *testing.T) {
	t.Parallel()
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	keys := endpoint.keys(t, nil)
	verifier := newVerifier(t, acmeConfig(), keys)
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
	<-endpoint.begun
	unknown := tokenOfKeyID(t, "unknown")
	waiting := make(chan error)
	eventually(t, "another fetch", func() bool {
		go func() {
			_, err := verifier.Verify(unknown)
			waiting <- err
		}()
		select {
		case <-endpoint.begun:
			return true
		case err := <-waiting:
			expectError(t, err, cfaccess.ErrUnknownKey)
			return false
		}
	})

	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")

	select {
	case err := <-waiting:
		t.Fatalf("did not wait: %v", err)
	default:
	}
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	expectError(t, <-waiting, cfaccess.ErrUnknownKey)
}

func TestACancelledRequestStopsWaiting(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) { options.Timeout = time.Minute })
	verifier := newVerifier(t, acmeConfig(), keys)
	ctx, end := context.WithCancel(context.Background())
	request := requestFromBrowser(tokenOf(t, "acme-1"), nil).WithContext(ctx)
	verdict := make(chan error)
	go func() {
		_, err := verifier.VerifyRequest(request)
		verdict <- err
	}()
	<-endpoint.begun

	end()

	expectError(t, <-verdict, cfaccess.ErrKeysPending)
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
}

func TestVerifiersThatShareTheirKeysWaitTogether(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, nil)
	var right, wrong atomic.Int32
	admin := verifierFor(t, keys, audienceAdmin)
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	done := make(chan struct{})

	go func() {
		defer close(done)
		together(func(number int) {
			judge := verifier
			if number%2 == 0 {
				judge = admin
			}
			switch _, err := judge.Verify(token); statusOf(t, err) {
			case "OK":
				right.Add(1)
			case "WRONG_AUDIENCE":
				wrong.Add(1)
			}
		})
	}()
	<-endpoint.begun
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	<-done

	if right.Load() != goroutines/2 || wrong.Load() != goroutines/2 {
		t.Errorf("%d right, %d wrong", right.Load(), wrong.Load())
	}
}

func TestKeysMayBeClosedWhileTheyAreFetched(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, nil)
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	verdict := make(chan error)
	go func() {
		_, err := verifier.Verify(token)
		verdict <- err
	}()
	<-endpoint.begun
	closed := make(chan struct{})
	go func() {
		keys.Close()
		close(closed)
	}()

	endpoint.serve(vectorFile(t, "acme.jwks.json"))

	if err := <-verdict; err != nil {
		t.Error(err)
	}
	<-closed
}

func TestAVerifierMayBeClosedWhileItsKeysAreFetched(t *testing.T) {
	endpoint := newEndpoint()
	verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
	token := tokenOf(t, "acme-1")
	verdict := make(chan error)
	go func() {
		_, err := verifier.Verify(token)
		verdict <- err
	}()
	<-endpoint.begun
	closed := make(chan struct{})
	go func() {
		verifier.Close()
		close(closed)
	}()

	endpoint.serve(vectorFile(t, "acme.jwks.json"))

	if status := statusOf(t, <-verdict); status != "OK" && status != "INVALID_ARGUMENT" {
		t.Errorf("got %s", status)
	}
	<-closed
}

func TestAGuardAnswers503WithoutKeys(t *testing.T) {
	t.Parallel()
	endpoint := newEndpoint()
	endpoint.fail("an outage")
	verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: verifier, LoginPage: loginPage}},
	})(http.HandlerFunc(callerHandler))
	over, end := context.WithCancel(context.Background())
	end()
	token := tokenOf(t, "acme-1")

	expectRefused(t, answer(handler, request("GET", "/", assertion, token)), 503, "KEYS_UNAVAILABLE")

	eventually(t, "another fetch", func() bool {
		answer(handler, request("GET", "/", assertion, token).WithContext(over))
		return len(endpoint.begun) == 2
	})
	expectRefused(t, answer(handler, request("GET", "/", assertion, token).WithContext(over)), 503, "KEYS_PENDING")
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	expectAccepted(t, answer(handler, request("GET", "/", assertion, token)), theUser)
}
