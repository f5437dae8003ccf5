package cfaccesstest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/cfaccess/cfaccess/bindings/go/cfaccesstest"
)

var ada = cfaccesstest.Person("ada@example.com")

func greet(w http.ResponseWriter, r *http.Request) {
	claims, _ := cfaccess.FromContext(r.Context())
	_, _ = io.WriteString(w, "hello, "+claims.Email()+claims.CommonName())
}

func guard(t *testing.T, access *cfaccesstest.Access) http.Handler {
	t.Helper()
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: access.Verifier()}}})
	if err != nil {
		t.Fatal(err)
	}
	return protect(http.HandlerFunc(greet))
}

func TestAPersonIsGreeted(t *testing.T) {
	access := cfaccesstest.New(t)
	recorder := httptest.NewRecorder()

	guard(t, access).ServeHTTP(recorder, access.Request("GET", "/", cfaccesstest.Person("Grace@example.com")))

	if got := recorder.Body.String(); got != "hello, grace@example.com" {
		t.Errorf("the answer is %q", got)
	}
}

func TestATokenIsWhatWasAskedFor(t *testing.T) {
	access := cfaccesstest.New(t)
	config := access.Config()
	config.AllowAnyService = true
	verifier, err := cfaccess.NewVerifier(config, access.Keys())
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()

	custom := map[string]any{"department": "research"}
	person, err := verifier.Verify(access.Mint(cfaccesstest.Token{Claims: map[string]any{"custom": custom, "nbf": nil}}))
	if err != nil {
		t.Fatal(err)
	}
	service, err := verifier.Verify(access.Mint(cfaccesstest.Service("ci")))
	if err != nil {
		t.Fatal(err)
	}

	var payload map[string]any
	if err := json.Unmarshal([]byte(person.Payload()), &payload); err != nil {
		t.Fatal(err)
	}
	if _, has := payload["nbf"]; has || payload["custom"].(map[string]any)["department"] != "research" {
		t.Errorf("the claims are %v", payload)
	}
	if service.Kind() != cfaccess.Service || service.CommonName() == "" {
		t.Errorf("the service is %v", service)
	}
}

func TestATokenCanHaveExpired(t *testing.T) {
	access := cfaccesstest.New(t)

	_, err := access.Verifier().Verify(access.Mint(cfaccesstest.Token{Issued: -2 * time.Hour, Expires: -time.Hour}))

	if !errors.Is(err, cfaccess.ErrExpired) {
		t.Errorf("the verdict is %v", err)
	}
}

func TestTokensOutliveOneRotation(t *testing.T) {
	access := cfaccesstest.New(t)
	verifier := access.Verifier()
	token := access.Mint(ada)

	access.Rotate()
	if _, err := verifier.Verify(token); err != nil {
		t.Error(err)
	}
	access.Rotate()

	if _, err := verifier.Verify(token); !errors.Is(err, cfaccess.ErrUnknownKey) {
		t.Errorf("the verdict is %v", err)
	}
	if _, err := verifier.Verify(access.Mint(ada)); err != nil {
		t.Error(err)
	}
}

func TestEachFaultIsRefusedWithItsStatus(t *testing.T) {
	access := cfaccesstest.New(t)
	verifier := access.Verifier()
	for _, name := range cfaccesstest.Faults() {
		t.Run(name, func(t *testing.T) {
			_, err := verifier.VerifyRequest(access.Fault(name).Request("GET", "/", ada))

			var refusal *cfaccess.AccessError
			if !errors.As(err, &refusal) || refusal.Status != cfaccesstest.FaultStatus(name) {
				t.Errorf("the verdict is %v, expected %s", err, cfaccesstest.FaultStatus(name))
			}
		})
	}
}

func TestKeysAreForTheLocalTeamAlone(t *testing.T) {
	access := cfaccesstest.New(t)
	config := access.Config()
	config.Team = "acme"

	_, err := cfaccess.NewVerifier(config, access.Keys())

	if !errors.Is(err, cfaccess.ErrInvalidConfig) {
		t.Errorf("the error is %v", err)
	}
}

func TestAServerSendsStrangersToTheLogin(t *testing.T) {
	access := cfaccesstest.New(t)
	server := access.Server(guard(t, access))

	for name, test := range map[string]struct {
		client *http.Client
		status int
	}{
		"person":   {server.Client(ada), http.StatusOK},
		"expired":  {server.Client(cfaccesstest.Token{Issued: -2 * time.Hour, Expires: -time.Hour}), http.StatusUnauthorized},
		"stranger": {&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, http.StatusFound},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/a?b=c", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Cf_Access_Jwt_Assertion", access.Mint(ada))
			response, err := test.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.StatusCode != test.status {
				t.Errorf("the status is %d, expected %d", response.StatusCode, test.status)
			}
		})
	}
}

func TestSeveralGoroutinesMintWhileKeysRotate(t *testing.T) {
	access := cfaccesstest.New(t)
	verifier := access.Verifier()
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 20 {
				if _, err := verifier.Verify(access.Mint(ada)); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	access.Rotate()
	group.Wait()
}
