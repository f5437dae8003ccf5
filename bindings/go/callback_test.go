package cfaccess_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// panickingError is an error whose text cannot be read.
type panickingError struct{}

func (panickingError) Error() string { panic("no text") }

func TestAFetchThatFails(t *testing.T) {
	t.Parallel()
	type fetch = func(context.Context, string) ([]byte, error)
	for name, test := range map[string]struct {
		fetch  fetch
		reason string
	}{
		"an error":          {func(context.Context, string) ([]byte, error) { return nil, errors.New("out of order") }, "failed: out of order"},
		"an error too long": {func(context.Context, string) ([]byte, error) { return nil, errors.New(strings.Repeat("no", 1<<20)) }, "failed: it returned 1"},
		"an unreadable one": {func(context.Context, string) ([]byte, error) { return nil, panickingError{} }, "failed: it panicked: no text"},
		"several lines":     {func(context.Context, string) ([]byte, error) { return nil, errors.New("out\nof order") }, "out"},
		"a panic":           {func(context.Context, string) ([]byte, error) { panic("a bug") }, "failed: it panicked: a bug"},
		"a panic with nil":  {func(context.Context, string) ([]byte, error) { panic(nil) }, "failed: it panicked: "},
		"Goexit":            {func(context.Context, string) ([]byte, error) { runtime.Goexit(); return nil, nil }, "failed: it did not return"},
		"no document":       {func(context.Context, string) ([]byte, error) { return nil, nil }, "JSON"},
		"too long":          {func(context.Context, string) ([]byte, error) { return make([]byte, 1<<20+1), nil }, "more than 1 MiB"},
		"not in time":       {func(ctx context.Context, _ string) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			keys := remoteKeys(t, cfaccess.RemoteOptions{Fetch: test.fetch, Timeout: time.Second}, nil)

			err := keys.Connect()

			expectError(t, err, cfaccess.ErrKeysUnavailable)
			if !strings.Contains(err.Error(), test.reason) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("not one line: %v", err)
			}
			if failures := statusOfKeys(t, keys).Failures; failures != 1 {
				t.Errorf("%d failures", failures)
			}
		})
	}
}

func TestTheContextOfAFetchEndsWithinTheTimeout(t *testing.T) {
	document := vectorFile(t, "acme.jwks.json")
	left := make(chan time.Duration, 1)
	fetch := func(ctx context.Context, _ string) ([]byte, error) {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return document, nil
	}
	for _, timeout := range []time.Duration{0, 10 * time.Second} {
		keys := remoteKeys(t, cfaccess.RemoteOptions{Fetch: fetch, Timeout: timeout}, nil)
		if err := keys.Connect(); err != nil {
			t.Fatal(err)
		}
		if timeout == 0 {
			timeout = 5 * time.Second
		}
		if left := <-left; left > timeout || left < timeout/2 {
			t.Errorf("%v left of %v", left, timeout)
		}
	}
}

func TestAFetchThatHangsBlocksNoCallPastTheTimeout(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	hang := func(context.Context, string) ([]byte, error) { <-over; return nil, nil }
	keys := remoteKeys(t, cfaccess.RemoteOptions{Fetch: hang, Timeout: 200 * time.Millisecond}, nil)
	verifier := newVerifier(t, acmeConfig(), keys)

	for name, call := range map[string]func() error{
		"Connect": keys.Connect,
		"Verify":  func() error { _, err := verifier.Verify(tokenOf(t, "acme-1")); return err },
	} {
		begin := time.Now()
		expectError(t, call(), cfaccess.ErrKeysUnavailable)
		if waited := time.Since(begin); waited > 2*time.Second {
			t.Errorf("%s waited for %v", name, waited)
		}
	}
}

func TestCallbacksMayAskForTheStatus(t *testing.T) {
	document := vectorFile(t, "acme.jwks.json")
	var keys *cfaccess.Keys
	fetches := make(chan int64, 2)
	ask := func() {
		status, err := keys.Status()
		if err != nil {
			t.Error(err)
		}
		fetches <- status.Fetches
	}
	keys = remoteKeys(t, cfaccess.RemoteOptions{
		Fetch:  func(context.Context, string) ([]byte, error) { ask(); return document, nil },
		Logger: slog.New(asking{slog.DiscardHandler, ask}),
	}, nil)

	if err := keys.Connect(); err != nil {
		t.Fatal(err)
	}

	if inFetch, inLog := <-fetches, <-fetches; inFetch != 1 || inLog != 1 {
		t.Errorf("got %d and %d fetches", inFetch, inLog)
	}
}

// asking calls a function for each line of the log.
type asking struct {
	slog.Handler
	do func()
}

func (asking) Enabled(context.Context, slog.Level) bool { return true }

func (a asking) Handle(context.Context, slog.Record) error {
	a.do()
	return nil
}

func TestTheLog(t *testing.T) {
	t.Parallel()
	var lines lockedBuffer
	endpoint := newEndpoint()
	endpoint.fail("an outage")
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) {
		options.Logger = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
				if attribute.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return attribute
			},
		}))
	})
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")

	eventually(t, "the keys", func() bool {
		_, err := verifier.Verify(token)
		return err == nil
	})

	want := `level=WARN msg="keys of acme.cloudflareaccess.com: the fetch function failed: an outage"
level=INFO msg="keys of acme.cloudflareaccess.com: other keys are in force"
`
	eventually(t, "both lines", func() bool { return lines.String() == want })
}

func TestALoggerThatPanicsHasNoEffect(t *testing.T) {
	document := vectorFile(t, "acme.jwks.json")
	called := make(chan struct{}, 1)
	keys := remoteKeys(t, cfaccess.RemoteOptions{
		Fetch:  func(context.Context, string) ([]byte, error) { return document, nil },
		Logger: slog.New(asking{slog.DiscardHandler, func() { called <- struct{}{}; panic("a bug") }}),
	}, nil)

	if err := keys.Connect(); err != nil {
		t.Error(err)
	}
	<-called
}

func TestTheCopyOnDiskIsLoggedWhileTheKeysAreMade(t *testing.T) {
	file := t.TempDir() + "/keys"
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	if err := endpoint.keys(t, func(options *cfaccess.RemoteOptions) { options.CacheFile = file }).Connect(); err != nil {
		t.Fatal(err)
	}
	var lines lockedBuffer
	eventually(t, "a line", func() bool {
		endpoint.keys(t, func(options *cfaccess.RemoteOptions) {
			options.CacheFile = file
			options.Logger = slog.New(slog.NewTextHandler(&lines, nil))
		})
		return strings.Contains(lines.String(), "the keys of the copy on disk are in force")
	})
}

// A Fetch and a Logger are released once nothing can call them any more.
func TestCallbacksAreReleased(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, options cfaccess.RemoteOptions){
		"refused options": func(t *testing.T, options cfaccess.RemoteOptions) {
			options.MaxStale = time.Second
			if _, err := cfaccess.RemoteKeys(team, options); err == nil {
				t.Error("accepted")
			}
		},
		"closed": func(t *testing.T, options cfaccess.RemoteOptions) {
			keys, verifier := usedKeys(t, options)
			keys.Close()
			verifier.Close()
		},
		"forgotten": func(t *testing.T, options cfaccess.RemoteOptions) { usedKeys(t, options) },
	} {
		t.Run(name, func(t *testing.T) {
			document := vectorFile(t, "acme.jwks.json")
			held := new([64]byte)
			left := weak.Make(held)

			use(t, cfaccess.RemoteOptions{
				Fetch: func(context.Context, string) ([]byte, error) {
					held[0]++
					return document, nil
				},
				Logger: slog.New(asking{slog.DiscardHandler, func() { _ = held[0] }}),
			})

			eventually(t, "the release", func() bool {
				runtime.GC()
				return left.Value() == nil
			})
		})
	}
}

func usedKeys(t *testing.T, options cfaccess.RemoteOptions) (*cfaccess.Keys, *cfaccess.Verifier) {
	t.Helper()
	keys, err := cfaccess.RemoteKeys(team, options)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := cfaccess.NewVerifier(acmeConfig(), keys)
	if err != nil {
		t.Fatal(err)
	}
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
	return keys, verifier
}

// lockedBuffer is written by threads of the library and read by a test.
type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}
