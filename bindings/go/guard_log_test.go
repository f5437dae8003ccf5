package cfaccess_test

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// logTo makes the default loggers write to another place until the test ends.
func logTo(t *testing.T, writer io.Writer) {
	before, output, flags := slog.Default(), log.Writer(), log.Flags()
	t.Cleanup(func() {
		slog.SetDefault(before)
		log.SetOutput(output)
		log.SetFlags(flags)
	})
	slog.SetDefault(slog.New(slog.NewTextHandler(writer, nil)))
}

// logged returns the lines that the default logger gets.
func logged(t *testing.T) func() []string {
	var text bytes.Buffer
	logTo(t, &text)
	return func() []string { return strings.Split(strings.TrimSpace(text.String()), "\n") }
}

func TestTheWarningsOfAVerifierAreLoggedOnce(t *testing.T) {
	verifier := verifierFor(t, loadKeys(t, "acme.jwks.json"), "not-a-tag")
	lines := logged(t)

	protect := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: verifier}, {Prefix: "/admin", Verifier: verifier}},
	})
	answer(protect(nobodyHandler), request("GET", "/"))

	got := lines()
	if len(got) != 1 || !strings.Contains(got[0], "level=WARN") || !strings.Contains(got[0], verifier.Warnings()[0]) {
		t.Errorf("got %q", got)
	}
}

func TestAnOutageIsLoggedOnceWhileItLasts(t *testing.T) {
	endpoint := newEndpoint()
	endpoint.fail("an outage")
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) { options.Cooldown = time.Minute })
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: newVerifier(t, acmeConfig(), keys)}},
	})(nobodyHandler)
	token := tokenOf(t, "acme-1")
	lines := logged(t)

	for range 10 {
		expectRefused(t, answer(handler, request("GET", "/", assertion, token)), 503, "KEYS_UNAVAILABLE")
		expectRefused(t, answer(handler, request("GET", "/")), 401, "NO_TOKEN")
	}

	got := lines()
	if len(got) != 1 || !strings.Contains(got[0], "level=WARN") || !strings.Contains(got[0], "KEYS_UNAVAILABLE") {
		t.Errorf("got %q", got)
	}
	if strings.Contains(strings.Join(got, ""), token) {
		t.Error("a token is logged")
	}
}

func TestALoggerThatPanicsStopsNothing(t *testing.T) {
	verifier := verifierFor(t, loadKeys(t, "acme.jwks.json"), "not-a-tag")
	logTo(t, panickingWriter{})

	newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})
}

type panickingWriter struct{}

func (panickingWriter) Write([]byte) (int, error) { panic("the log") }
