package cfaccess_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// newStore returns the URL of a store that other processes could write to, and revocations that stand for those.
func newStore(t testing.TB) (string, *cfaccess.Revocations) {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "revocations.db")
	return url, openRevocations(t, url, team, cfaccess.RevocationOptions{})
}

// reader is what another process has opened.
func reader(t testing.TB, url string, change func(*cfaccess.RevocationOptions)) *cfaccess.Revocations {
	t.Helper()
	options := cfaccess.RevocationOptions{Interval: 300 * time.Millisecond, Timeout: 20 * time.Second}
	if change != nil {
		change(&options)
	}
	return openRevocations(t, url, team, options)
}

func TestTheFirstTokenWaitsForTheStore(t *testing.T) {
	url, writer := newStore(t)
	revoke(t, writer, cfaccess.Email("other@example.com"))
	revocations := reader(t, url, nil)
	verifier := verifierWith(t, revocations)

	verifyNow(t, verifier, tokenOf(t, "acme-1"))

	status, err := revocations.Status()
	if err != nil || status.Source != "sqlite" || status.Entries != 1 || status.Refreshes == 0 || status.Age == nil {
		t.Errorf("got %+v, %v", status, err)
	}
	if stats := statsOf(t, verifier); len(stats.Refusals) != 0 || stats.Verified != 1 {
		t.Errorf("got %+v", stats)
	}
}

func TestAnIdleProcessSeesWhatWasJustRevoked(t *testing.T) {
	for name, ask := range map[string]func(*testing.T, *cfaccess.Verifier, string){
		"Verify": func(t *testing.T, verifier *cfaccess.Verifier, token string) {
			expectError(t, second(verifier.Verify(token)), cfaccess.ErrRevoked)
		},
		"VerifyHeader": func(t *testing.T, verifier *cfaccess.Verifier, token string) {
			expectError(t, second(verifier.VerifyHeader(http.Header{assertion: {token}})), cfaccess.ErrRevoked)
		},
		"Middleware": func(t *testing.T, verifier *cfaccess.Verifier, token string) {
			handler := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})(nobodyHandler)
			expectRefused(t, answer(handler, request("GET", "/", assertion, token)), 401, "REVOKED")
		},
	} {
		t.Run(name, func(t *testing.T) {
			url, writer := newStore(t)
			verifier := verifierWith(t, reader(t, url, nil))
			token := tokenOf(t, "acme-1")
			verifyNow(t, verifier, token)
			verifyNow(t, verifier, token)
			time.Sleep(400 * time.Millisecond)

			revoke(t, writer, cfaccess.Email(email))

			ask(t, verifier, token)
		})
	}
}

func TestManyCallsWaitForOneAnswerOfTheStore(t *testing.T) {
	url, _ := newStore(t)
	revocations := reader(t, url, func(o *cfaccess.RevocationOptions) { o.Interval = time.Minute })
	verifier := verifierWith(t, revocations)
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: verifier}},
	})(http.HandlerFunc(callerHandler))
	token := tokenOf(t, "acme-1")

	var all sync.WaitGroup
	for i := range 200 {
		all.Add(1)
		go func() {
			defer all.Done()
			if i%2 == 0 {
				expectAccepted(t, answer(handler, request("GET", "/", assertion, token)), theUser)
			} else if _, err := verifier.Verify(token); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()

	if status, _ := revocations.Status(); status.Refreshes != 1 {
		t.Errorf("%d refreshes", status.Refreshes)
	}
	if stats := statsOf(t, verifier); len(stats.Refusals) != 0 {
		t.Errorf("got %+v", stats)
	}
}

func TestKeysAndRevocationsAreWaitedForOneAfterTheOther(t *testing.T) {
	url, writer := newStore(t)
	revoke(t, writer, cfaccess.Email(email))
	endpoint := newEndpoint()
	config := acmeConfig()
	config.Revocations = reader(t, url, nil)
	verifier := newVerifier(t, config, endpoint.keys(t, nil))
	time.AfterFunc(100*time.Millisecond, func() { endpoint.serve(vectorFile(t, "acme.jwks.json")) })

	expectError(t, second(verifier.Verify(tokenOf(t, "acme-1"))), cfaccess.ErrRevoked)
	if stats := statsOf(t, verifier); len(stats.Refusals) != 1 || stats.Refusals["REVOKED"] != 1 {
		t.Errorf("got %+v", stats)
	}
}

func TestAStoreThatIsAwayIsToldAndHoldsNobodyUp(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "nowhere", "revocations.db")
	var log lockedBuffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	revocations := reader(t, url, func(o *cfaccess.RevocationOptions) { o.Logger = logger })
	verifier := verifierWith(t, revocations)
	token := tokenOf(t, "acme-1")
	expectError(t, revocations.Connect(background), cfaccess.ErrRevocationsUnavailable)

	began := time.Now()
	for range 100 {
		expectError(t, second(verifier.Verify(token)), cfaccess.ErrRevocationsUnavailable)
	}

	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	expectError(t, revocations.Revoke(background, cfaccess.Team(), cfaccess.RevokeOptions{}), cfaccess.ErrRevocationsUnavailable)
	eventually(t, "a warning", func() bool {
		return strings.Contains(log.String(), "level=WARN msg=\"revocations of acme.cloudflareaccess.com: ")
	})
	going := verifierWith(t, reader(t, url, func(o *cfaccess.RevocationOptions) { o.WhenStale = cfaccess.WhenStaleContinue }))
	verifyNow(t, going, token)
}

// hangingStore accepts connections and never answers.
func hangingStore(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "redis://user:secret@" + listener.Addr().String()
}

func TestCallsThatWaitForAStoreEndWithTheirContext(t *testing.T) {
	revocations := reader(t, hangingStore(t), func(o *cfaccess.RevocationOptions) { o.Timeout = time.Minute })
	verifier := verifierWith(t, revocations)
	handler := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})(nobodyHandler)
	token := tokenOf(t, "acme-1")
	calls := map[string]func(context.Context) error{
		"Connect":       revocations.Connect,
		"VerifyContext": func(ctx context.Context) error { return second(verifier.VerifyContext(ctx, token)) },
		"VerifyRequest": func(ctx context.Context) error {
			header := http.Header{assertion: {token}}
			return second(verifier.VerifyRequest((&http.Request{Header: header}).WithContext(ctx)))
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
			defer cancel()
			began := time.Now()

			err := call(ctx)

			expectError(t, err, cfaccess.ErrRevocationsPending)
			expectError(t, err, context.DeadlineExceeded)
			if waited := time.Since(began); waited > 10*time.Second {
				t.Errorf("waited for %v", waited)
			}
		})
	}
	t.Run("Middleware", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
		defer cancel()
		got := answer(handler, request("GET", "/", assertion, token).WithContext(ctx))
		expectRefused(t, got, 503, "REVOCATIONS_PENDING")
	})
}

func TestAWriteMayOutlastItsContext(t *testing.T) {
	revocations := reader(t, hangingStore(t), nil)
	ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()

	err := revocations.Revoke(ctx, cfaccess.Team(), cfaccess.RevokeOptions{})

	expectError(t, err, cfaccess.ErrRevocationsUnavailable)
	expectError(t, err, context.DeadlineExceeded)
}

func TestAStoreThatHangsHoldsCallsUpOnce(t *testing.T) {
	revocations := reader(t, hangingStore(t), func(o *cfaccess.RevocationOptions) { o.Timeout = 300 * time.Millisecond })
	verifier := verifierWith(t, revocations)
	token := tokenOf(t, "acme-1")
	began := time.Now()
	err := second(verifier.Verify(token))
	if status := statusOf(t, err); status != "REVOCATIONS_UNAVAILABLE" && status != "REVOCATIONS_PENDING" {
		t.Error(err)
	}
	for range 50 {
		expectError(t, second(verifier.Verify(token)), cfaccess.ErrRevocationsUnavailable)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

func TestRevocationsAreClosedWhileOthersUseThem(t *testing.T) {
	url, _ := newStore(t)
	revocations := reader(t, url, func(o *cfaccess.RevocationOptions) { o.Interval = 100 * time.Millisecond })
	verifier := verifierWith(t, revocations)
	token := tokenOf(t, "acme-1")
	verifyNow(t, verifier, token)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for begin := time.Now(); time.Since(begin) < 500*time.Millisecond; {
				if _, err := verifier.Verify(token); err != nil {
					t.Error(err)
				}
				_, _ = revocations.Status()
				_ = revocations.Revoke(background, cfaccess.Subject("someone"), cfaccess.RevokeOptions{})
			}
		}()
	}
	time.Sleep(200 * time.Millisecond)
	revocations.Close()
	all.Wait()
}
