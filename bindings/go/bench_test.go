package cfaccess_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func BenchmarkVerify(b *testing.B) {
	benchmarkToken(b, uncachedVerifier(b), currentToken(b, nil))
}

func BenchmarkVerifyParallel(b *testing.B) {
	benchmarkTokenParallel(b, uncachedVerifier(b), currentToken(b, nil))
}

// A hit is a token that was verified before.
func BenchmarkHit(b *testing.B) {
	benchmarkToken(b, acmeVerifier(b), currentToken(b, nil))
}

func BenchmarkHitParallel(b *testing.B) {
	benchmarkTokenParallel(b, acmeVerifier(b), currentToken(b, nil))
}

// A thousand tokens in turn.
func BenchmarkHitRotation(b *testing.B) {
	verifier := acmeVerifier(b)
	signer := newMinter(b, "acme-1")
	tokens := make([]string, 1000)
	for i := range tokens {
		tokens[i] = signer.token(b, currentClaims(personClaims(object{"sub": fmt.Sprint(i)}), nil))
		verifyNow(b, verifier, tokens[i])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := verifier.Verify(tokens[i]); err != nil {
			b.Fatal(err)
		}
		i = (i + 1) % len(tokens)
	}
}

func BenchmarkHitOfARequest(b *testing.B) {
	verifier := acmeVerifier(b)
	request := requestFromBrowser(currentToken(b, nil), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.VerifyRequest(request); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkToken(b *testing.B, verifier *cfaccess.Verifier, token string) {
	verifyNow(b, verifier, token)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkTokenParallel(b *testing.B, verifier *cfaccess.Verifier, token string) {
	verifyNow(b, verifier, token)
	b.ReportAllocs()
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			if _, err := verifier.Verify(token); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkVerifyRefused(b *testing.B) {
	verifier := acmeVerifier(b)
	malformed := newMinter(b, "acme-1").token(b, personClaims(nil)) + "="
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.VerifyAt(malformed, now); err == nil {
			b.Fatal("accepted")
		}
	}
}

// The cost of a request beyond its token is the difference from BenchmarkVerify. It is easier to see
// as the difference from BenchmarkVerifyRefused, where no signature is checked.
func BenchmarkVerifyRequest(b *testing.B) {
	benchmarkRequest(b, requestFromBrowser(newMinter(b, "acme-1").token(b, personClaims(nil)), nil))
}

func BenchmarkVerifyRequestRefused(b *testing.B) {
	malformed := newMinter(b, "acme-1").token(b, personClaims(nil)) + "="
	benchmarkRequest(b, requestFromBrowser(malformed, nil))
}

func BenchmarkVerifyRequestWithItsCookieRefused(b *testing.B) {
	malformed := newMinter(b, "acme-1").token(b, personClaims(nil)) + "="
	cookies := []string{"theme=dark; session=0123456789abcdef; CF_Authorization=" + malformed}
	benchmarkRequest(b, requestFromBrowser(malformed, cookies))
}

func BenchmarkVerifyRequestWithManyCookiesRefused(b *testing.B) {
	malformed := newMinter(b, "acme-1").token(b, personClaims(nil)) + "="
	cookies := []string{strings.Repeat("name=0123456789abcdef; ", 178) + "CF_Authorization=" + malformed}
	benchmarkRequest(b, requestFromBrowser(malformed, cookies))
}

func benchmarkRequest(b *testing.B, request *http.Request) {
	verifier := uncachedVerifier(b)
	b.ReportAllocs()
	for b.Loop() {
		verifier.VerifyRequestAt(request, now)
	}
}

func BenchmarkMiddleware(b *testing.B) {
	protect := newMiddleware(b, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: acmeVerifier(b)}}, CheckOrigin: true})
	handler := protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	request := requestFromBrowser(currentToken(b, nil), nil)
	request.URL = &url.URL{Path: "/"}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(nil, request)
	}
}

// requestFromBrowser has the headers of a browser's request through Access.
func requestFromBrowser(token string, cookies []string) *http.Request {
	header := http.Header{}
	for name, value := range map[string]string{
		"Accept":                             "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Accept-Encoding":                    "gzip, br",
		"Accept-Language":                    "en-US,en;q=0.5",
		"Cdn-Loop":                           "cloudflare; loops=1",
		"Cf-Access-Authenticated-User-Email": "user@example.com",
		"Cf-Access-Jwt-Assertion":            token,
		"Cf-Connecting-Ip":                   "203.0.113.7",
		"Cf-Ipcountry":                       "US",
		"Cf-Ray":                             "8f0000000000abcd-FRA",
		"Sec-Fetch-Dest":                     "document",
		"Sec-Fetch-Mode":                     "navigate",
		"Sec-Fetch-Site":                     "same-origin",
		"User-Agent":                         "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"X-Forwarded-For":                    "203.0.113.7",
		"X-Forwarded-Proto":                  "https",
	} {
		header.Set(name, value)
	}
	if cookies != nil {
		header["Cookie"] = cookies
	}
	return &http.Request{Method: http.MethodGet, Header: header}
}
