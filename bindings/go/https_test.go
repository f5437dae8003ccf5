package cfaccess_test

import (
	"crypto/x509"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestKeysOverTLS(t *testing.T) {
	trusted := newAuthority(t)
	asked := make(chan string, 1)
	serveCerts(t, trusted.issue(t, nil), func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " https://" + r.Host + r.URL.String()
		w.Write(vectorFile(t, "acme.jwks.json"))
	})
	keys := keysOverTLS(t, trusted, nil)

	expectVerdict(t, newVerifier(t, acmeConfig(), keys), tokenOf(t, "acme-1"), "OK")

	if got := <-asked; got != "GET "+certsURL {
		t.Errorf("asked %s", got)
	}
}

func TestARotationOverTLS(t *testing.T) {
	trusted := newAuthority(t)
	var rotated atomic.Bool
	serveCerts(t, trusted.issue(t, nil), func(w http.ResponseWriter, r *http.Request) {
		if rotated.Load() {
			w.Write(vectorFile(t, "other.jwks.json"))
			return
		}
		w.Write(vectorFile(t, "acme.jwks.json"))
	})
	verifier := newVerifier(t, acmeConfig(), keysOverTLS(t, trusted, nil))
	before, after := tokenOf(t, "acme-1"), tokenOf(t, "other-team")
	expectVerdict(t, verifier, before, "OK")

	rotated.Store(true)

	eventually(t, "the new key", func() bool {
		_, err := verifier.Verify(after)
		return err == nil
	})
	expectVerdict(t, verifier, before, "UNKNOWN_KEY")
}

func TestKeysThatAreNotModified(t *testing.T) {
	trusted := newAuthority(t)
	serveCerts(t, trusted.issue(t, nil), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(vectorFile(t, "acme.jwks.json"))
	})
	keys := keysOverTLS(t, trusted, func(options *cfaccess.RemoteOptions) { options.RefreshAfter = time.Second })
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")

	eventually(t, "a 304", func() bool {
		expectVerdict(t, verifier, token, "OK")
		return statusOfKeys(t, keys).NotModified > 0
	})
}

func TestAnEndpointThatFails(t *testing.T) {
	trusted := newAuthority(t)
	for name, test := range map[string]struct {
		change func(*x509.Certificate)
		answer http.HandlerFunc
		reason string
	}{
		"500":                       {nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "HTTP 500"},
		"a redirect":                {nil, http.RedirectHandler(certsURL, http.StatusFound).ServeHTTP, "HTTP 302"},
		"a page":                    {nil, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, "JSON"},
		"nothing in time":           {nil, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "timeout|no answer within 1 s"},
		"certificate of another":    {func(c *x509.Certificate) { c.DNSNames = []string{"evil.example"} }, nil, "certificate"},
		"certificate that is over":  {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, nil, "certificate"},
		"certificate not in force":  {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, nil, "certificate"},
		"certificate for something": {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, nil, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			serveCerts(t, trusted.issue(t, test.change), func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				test.answer(w, r)
			})
			keys := keysOverTLS(t, trusted, func(options *cfaccess.RemoteOptions) { options.Timeout = time.Second })

			err := keys.Connect()

			expectError(t, err, cfaccess.ErrKeysUnavailable)
			if !regexp.MustCompile("(?i)" + test.reason).MatchString(err.Error()) {
				t.Errorf("got %v", err)
			}
			if test.answer == nil && requests.Load() > 0 || requests.Load() > 1 {
				t.Errorf("%d requests", requests.Load())
			}
		})
	}
}

func TestAnUnknownAuthorityIsNotTrusted(t *testing.T) {
	serveCerts(t, newAuthority(t).issue(t, nil), func(http.ResponseWriter, *http.Request) {
		t.Error("asked over a connection that is not trusted")
	})

	err := keysOverTLS(t, newAuthority(t), nil).Connect()

	expectError(t, err, cfaccess.ErrKeysUnavailable)
	if !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}
