package cfaccess_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestStatsOfANewVerifier(t *testing.T) {
	stats := statsOf(t, acmeVerifier(t))

	if !reflect.DeepEqual(stats, cfaccess.Stats{Refusals: map[string]uint64{}, Warnings: []string{}}) {
		t.Errorf("got %+v", stats)
	}
}

func TestStatsCountWhatHappened(t *testing.T) {
	verifier := acmeVerifier(t)
	token := tokenOf(t, "acme-1")

	for range 3 {
		verifyNow(t, verifier, token)
	}
	verifier.Verify("not a token")
	verifier.Verify("not a token")
	verifier.Verify(newMinter(t, "stranger").token(t, personClaims(nil)))
	verifier.VerifyHeader(nil)

	stats := statsOf(t, verifier)
	refusals := map[string]uint64{"MALFORMED": 2, "UNKNOWN_KEY": 1, "NO_TOKEN": 1}
	if stats.Verified != 1 || stats.Hits != 2 || !reflect.DeepEqual(stats.Refusals, refusals) {
		t.Errorf("got %+v", stats)
	}
	if stats.Entries != 1 || stats.Bytes < int64(len(token)) || stats.Evictions != 0 {
		t.Errorf("got %+v", stats)
	}
}

// Claims that Go no longer keeps are converted again, from a hit in the cache of the library.
func TestAHitWhoseClaimsAreNotKeptCountsOnce(t *testing.T) {
	verifier := acmeVerifier(t)
	token := tokenOf(t, "acme-1")
	verifyNow(t, verifier, token)
	cfaccess.ForgetClaims(verifier)

	verifyNow(t, verifier, token)

	expectHits(t, verifier, 1, 1)
	verifyNow(t, verifier, token)
	expectHits(t, verifier, 1, 2)
}

func TestCallsThatWaitForKeysCountOnce(t *testing.T) {
	endpoint := newEndpoint()
	verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
	good, request := tokenOf(t, "acme-1"), requestFromBrowser(tokenOf(t, "acme-1"), nil)
	unknown := tokenOfKeyID(t, "unknown")

	var all sync.WaitGroup
	for _, call := range []func(){
		func() { verifier.Verify(good) },
		func() { verifier.Verify(good) },
		func() { verifier.VerifyRequest(request) },
		func() { verifier.Verify(unknown) },
		func() { verifier.Verify(unknown) },
	} {
		all.Add(1)
		go func() {
			defer all.Done()
			call()
		}()
	}
	<-endpoint.begun
	eventually(t, "all calls", func() bool { return cfaccess.PendingVerdicts(verifier) >= 5 })
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	all.Wait()

	stats := statsOf(t, verifier)
	if stats.Verified+stats.Hits != 3 || !reflect.DeepEqual(stats.Refusals, map[string]uint64{"UNKNOWN_KEY": 2}) {
		t.Errorf("got %+v", stats)
	}
}

func TestAMiddlewareCountsARequestOnce(t *testing.T) {
	verifier := acmeVerifier(t)
	handler := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})(http.HandlerFunc(callerHandler))
	token := currentToken(t, nil)

	verifyNow(t, verifier, token)
	for range 2 { // the first time its claims are not known to the middleware
		expectAccepted(t, answer(handler, request("GET", "/", assertion, token)), theUser)
	}

	expectHits(t, verifier, 1, 2)
}

func TestAMiddlewareThatWaitsForKeysCountsARequestOnce(t *testing.T) {
	fetch := newHeldFetch()
	verifier := newVerifier(t, acmeConfig(), fetch.keys(t, time.Minute))
	handler := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})(http.HandlerFunc(callerHandler))
	made := request("GET", "/", assertion, tokenOf(t, "acme-1"))
	answers := make(chan *httptest.ResponseRecorder)

	for range 2 {
		go func() { answers <- answer(handler, made) }()
	}
	<-fetch.begun
	close(fetch.released)
	for range 2 {
		expectAccepted(t, <-answers, theUser)
	}

	if stats := statsOf(t, verifier); stats.Verified+stats.Hits != 2 || len(stats.Refusals) > 0 {
		t.Errorf("got %+v", stats)
	}
}

func TestACallWhoseContextEndedCountsOnce(t *testing.T) {
	fetch := newHeldFetch()
	verifier := newVerifier(t, acmeConfig(), fetch.keys(t, time.Minute))
	ended, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()

	verifier.VerifyContext(ended, tokenOf(t, "acme-1"))
	verifier.VerifyContext(ended, tokenOf(t, "acme-1"))

	if stats := statsOf(t, verifier); !reflect.DeepEqual(stats.Refusals, map[string]uint64{"KEYS_PENDING": 2}) {
		t.Errorf("during the fetch: %+v", stats)
	}
	close(fetch.released)
	want := cfaccess.Stats{Verified: 1, Refusals: map[string]uint64{"KEYS_PENDING": 1}, Warnings: []string{}}
	eventually(t, "the verdict of the call that waited inside the library", func() bool {
		stats := statsOf(t, verifier)
		stats.Entries, stats.Bytes = 0, 0
		return reflect.DeepEqual(stats, want)
	})
}

func TestStatsInJSONHaveTheNamesOfAllLanguages(t *testing.T) {
	text, err := json.Marshal(cfaccess.Stats{
		Verified: 1, Refusals: map[string]uint64{"EXPIRED": 2}, Warnings: []string{localWarning},
	})

	want := `{"verified":1,"hits":0,"refusals":{"EXPIRED":2},"evictions":0,"entries":0,"bytes":0,"warnings":["local team: tokens of this computer only"]}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
}
