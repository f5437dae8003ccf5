package cfaccess_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// answerTogether answers a request with each token in its own goroutine, and counts the HTTP statuses. It
// calls begun once all have begun.
func answerTogether(t *testing.T, handler http.Handler, tokens []string, begun func()) map[int]int {
	t.Helper()
	var mutex sync.Mutex
	var beginning, all sync.WaitGroup
	statuses := map[int]int{}
	for _, token := range tokens {
		beginning.Add(1)
		all.Add(1)
		go func() {
			defer all.Done()
			beginning.Done()
			got := answer(handler, request("GET", "/", assertion, token))
			mutex.Lock()
			defer mutex.Unlock()
			statuses[got.Code]++
		}()
	}
	beginning.Wait()
	begun()
	all.Wait()
	return statuses
}

func TestManyRequestsWaitForOneFetchOnAFewThreads(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) {
		options.Cooldown = 30 * time.Second
		options.Timeout = 20 * time.Second
	})
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: newVerifier(t, acmeConfig(), keys)}},
	})(http.HandlerFunc(callerHandler))
	threads := pprof.Lookup("threadcreate")
	before := threads.Count()

	statuses := answerTogether(t, handler, tokensOfUnknownKeys(t), func() {
		time.Sleep(500 * time.Millisecond) // a slow endpoint
		endpoint.serve(vectorFile(t, "acme.jwks.json"))
	})

	if statuses[200] != manyCalls/10 || statuses[401] != manyCalls-manyCalls/10 {
		t.Errorf("got %v", statuses)
	}
	if fetches := statusOfKeys(t, keys).Fetches; fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
	if made := threads.Count() - before; made > threadsMax {
		t.Errorf("%d threads", made)
	}
}

func TestARequestThatEndsWhileItWaitsIsAnsweredWith503(t *testing.T) {
	fetch := newHeldFetch()
	defer close(fetch.released)
	var told error
	protect := newMiddleware(t, cfaccess.Guard{
		Routes:    []cfaccess.Route{{Verifier: newVerifier(t, acmeConfig(), fetch.keys(t, time.Minute))}},
		OnRefusal: func(_ *http.Request, refusal *cfaccess.AccessError) { told = refusal },
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()

	got := answer(protect(nobodyHandler), request("GET", "/", assertion, tokenOf(t, "acme-1")).WithContext(ctx))

	expectRefused(t, got, 503, "KEYS_PENDING")
	if retry := got.Header().Get("Retry-After"); retry == "" {
		t.Error("it does not say when to try again")
	}
	if !errors.Is(told, context.DeadlineExceeded) {
		t.Errorf("told %v", told)
	}
}

// The header of a request may be changed once it has been answered, while a thread still waits with it.
func TestARequestMayChangeAfterItsWaitHasEnded(t *testing.T) {
	fetch := newHeldFetch()
	verifier := newVerifier(t, acmeConfig(), fetch.keys(t, time.Minute))
	protect := newMiddleware(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	ended := request("GET", "/", assertion, tokenOf(t, "acme-1")).WithContext(ctx)

	protect.Check(httptest.NewRecorder(), ended)
	for range 100 { // reuses the buffer
		protect.Check(httptest.NewRecorder(), request("GET", "/", assertion, "garbage"))
	}
	close(fetch.released)

	eventually(t, "the verdict of the request that waited", func() bool { return statsOf(t, verifier).Verified == 1 })
}

func TestRequestsForSeveralTeamsWaitForTheirOwnKeys(t *testing.T) {
	endpoints := []*endpoint{newEndpoint(), newEndpoint()}
	var routes []cfaccess.Route
	for i, endpoint := range endpoints {
		verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
		routes = append(routes, cfaccess.Route{Prefix: fmt.Sprint("/", i), Verifier: verifier})
	}
	handler := newMiddleware(t, cfaccess.Guard{Routes: routes})(http.HandlerFunc(callerHandler))
	token := tokenOf(t, "acme-1")
	answers := make(chan *httptest.ResponseRecorder)
	for i, endpoint := range endpoints {
		go func() { answers <- answer(handler, request("GET", fmt.Sprint("/", i), assertion, token)) }()
		<-endpoint.begun
	}

	for _, i := range []int{1, 0} { // the one that began to wait first is answered last
		endpoints[i].serve(vectorFile(t, "acme.jwks.json"))
		expectAccepted(t, <-answers, theUser)
	}
}
