package cfaccess_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// callsThatWait are all that take a context, with a token whose key is not there.
func callsThatWait(keys *cfaccess.Keys, verifier *cfaccess.Verifier, token string) map[string]func(context.Context) error {
	header := http.Header{"Cf-Access-Jwt-Assertion": {token}}
	return map[string]func(context.Context) error{
		"ConnectContext":      keys.ConnectContext,
		"VerifyContext":       func(ctx context.Context) error { return second(verifier.VerifyContext(ctx, token)) },
		"VerifyHeaderContext": func(ctx context.Context) error { return second(verifier.VerifyHeaderContext(ctx, header)) },
		"VerifyRequest": func(ctx context.Context) error {
			return second(verifier.VerifyRequest((&http.Request{Header: header}).WithContext(ctx)))
		},
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	fetch := newHeldFetch()
	defer close(fetch.released)
	keys := fetch.keys(t, time.Minute)
	verifier := newVerifier(t, acmeConfig(), keys)
	for name, call := range callsThatWait(keys, verifier, tokenOf(t, "acme-1")) {
		for want, begin := range map[error]func() (context.Context, context.CancelFunc){
			context.Canceled: func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(20*time.Millisecond, cancel)
				return ctx, cancel
			},
			context.DeadlineExceeded: func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(context.Background(), 20*time.Millisecond)
			},
		} {
			t.Run(name+", "+want.Error(), func(t *testing.T) {
				ctx, cancel := begin()
				defer cancel()
				began := time.Now()

				err := call(ctx)

				expectError(t, err, cfaccess.ErrKeysPending)
				expectError(t, err, want)
				if waited := time.Since(began); waited > 5*time.Second {
					t.Errorf("waited for %v", waited)
				}
			})
		}
	}
}

// Another call may wait for the fetch of one whose context has ended.
func TestAFetchOutlivesTheContextThatBeganIt(t *testing.T) {
	fetch := newHeldFetch()
	keys := fetch.keys(t, time.Minute)
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan error)
	go func() { first <- second(verifier.VerifyContext(ctx, token)) }()
	<-fetch.begun
	verdict := make(chan error)
	go func() { verdict <- second(verifier.Verify(token)) }()

	cancel()
	expectError(t, <-first, context.Canceled)
	close(fetch.released)

	if err := <-verdict; err != nil {
		t.Error(err)
	}
	if calls := fetch.calls.Load(); calls != 1 {
		t.Errorf("%d fetches", calls)
	}
}

func TestAnEndedContextDoesNotMatterIfTheKeyIsKnown(t *testing.T) {
	verifier := acmeVerifier(t)
	ended, cancel := context.WithCancel(context.Background())
	cancel()

	for range 2 {
		if _, err := verifier.VerifyContext(ended, tokenOf(t, "acme-1")); err != nil {
			t.Error(err)
		}
	}
}

func TestOtherErrorsWrapNothing(t *testing.T) {
	_, err := acmeVerifier(t).Verify("")

	if cause := errors.Unwrap(err); cause != nil {
		t.Errorf("got %v", cause)
	}
}
