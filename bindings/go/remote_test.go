package cfaccess_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestTheFirstTokenFetchesTheKeys(t *testing.T) {
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	keys := endpoint.keys(t, nil)
	verifier := newVerifier(t, acmeConfig(), keys)
	if fetches := statusOfKeys(t, keys).Fetches; fetches != 0 {
		t.Errorf("%d fetches before the first token", fetches)
	}

	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")

	if url := <-endpoint.begun; url != certsURL {
		t.Errorf("fetched %s", url)
	}
	if fetches := statusOfKeys(t, keys).Fetches; fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
}

func TestPrefetchBeginsTheFirstFetchWithTheVerifier(t *testing.T) {
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	keys := endpoint.keys(t, func(o *cfaccess.RemoteOptions) { o.Prefetch = true })
	if fetches := statusOfKeys(t, keys).Fetches; fetches != 0 {
		t.Errorf("%d fetches before there is a verifier", fetches)
	}

	newVerifier(t, acmeConfig(), keys)

	if fetches := statusOfKeys(t, keys).Fetches; fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
}

func TestEveryKindOfVerificationWaitsForTheKeys(t *testing.T) {
	token := tokenOf(t, "acme-1")
	fromBrowser := requestFromBrowser(token, nil)
	for name, verify := range map[string]func(*cfaccess.Verifier) (*cfaccess.Claims, error){
		"Verify":        func(v *cfaccess.Verifier) (*cfaccess.Claims, error) { return v.Verify(token) },
		"VerifyAt":      func(v *cfaccess.Verifier) (*cfaccess.Claims, error) { return v.VerifyAt(token, time.Now()) },
		"VerifyRequest": func(v *cfaccess.Verifier) (*cfaccess.Claims, error) { return v.VerifyRequest(fromBrowser) },
		"VerifyRequestAt": func(v *cfaccess.Verifier) (*cfaccess.Claims, error) {
			return v.VerifyRequestAt(fromBrowser, time.Now())
		},
		"VerifyHeader": func(v *cfaccess.Verifier) (*cfaccess.Claims, error) { return v.VerifyHeader(fromBrowser.Header) },
		"VerifyHeaderAt": func(v *cfaccess.Verifier) (*cfaccess.Claims, error) {
			return v.VerifyHeaderAt(fromBrowser.Header, time.Now())
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := newEndpoint()
			verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, nil))
			verdict := make(chan error)
			go func() {
				_, err := verify(verifier)
				verdict <- err
			}()
			<-endpoint.begun

			endpoint.serve(vectorFile(t, "acme.jwks.json"))

			if err := <-verdict; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConnecting(t *testing.T) {
	t.Parallel()
	endpoint := newEndpoint()
	endpoint.fail("out of order")
	keys := endpoint.keys(t, nil)

	refused := keys.Connect()
	expectError(t, refused, cfaccess.ErrKeysUnavailable)
	if !strings.HasSuffix(refused.Error(), "the fetch function failed: out of order") {
		t.Errorf("got %v", refused)
	}

	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	eventually(t, "the end of the cooldown", func() bool { return keys.Connect() == nil })
	if err := keys.Connect(); err != nil {
		t.Error(err)
	}
	if status := statusOfKeys(t, keys); status.Fetches != 2 || status.Failures != 1 {
		t.Errorf("got %+v", status)
	}
}

func TestConnectingKeysThatAreNotFetched(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	if err := keys.Connect(); err != nil {
		t.Error(err)
	}
	keys.Close()
	expectError(t, keys.Connect(), cfaccess.ErrInvalidArgument)
	expectError(t, (*cfaccess.Keys)(nil).Connect(), cfaccess.ErrNullArgument)
}

func TestARotationIsNoticedAfterTheCooldown(t *testing.T) {
	t.Parallel()
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	keys := endpoint.keys(t, nil)
	verifier := newVerifier(t, acmeConfig(), keys)
	before, after := tokenOf(t, "acme-1"), tokenOf(t, "other-team")
	expectVerdict(t, verifier, before, "OK")

	endpoint.serve(vectorFile(t, "other.jwks.json"))
	expectVerdict(t, verifier, after, "UNKNOWN_KEY")
	if status := statusOfKeys(t, keys); status.Fetches != 1 || status.Suppressed != 1 {
		t.Errorf("within the cooldown: %+v", status)
	}

	eventually(t, "the new keys", func() bool {
		_, err := verifier.Verify(after)
		return err == nil
	})
	expectVerdict(t, verifier, before, "UNKNOWN_KEY")
	if status := statusOfKeys(t, keys); status.Fetches != 2 {
		t.Errorf("after the cooldown: %+v", status)
	}
}

func TestKeysStayInForceDuringAnOutageUntilTheyAreStale(t *testing.T) {
	t.Parallel()
	document := vectorFile(t, "acme.jwks.json")
	var outage atomic.Bool
	fetch := func(context.Context, string) ([]byte, error) {
		if outage.Load() {
			return nil, errors.New("an outage")
		}
		return document, nil
	}
	keys := remoteKeys(t, cfaccess.RemoteOptions{
		Fetch: fetch, Cooldown: time.Second, RefreshAfter: time.Second, MaxStale: 4 * time.Second,
	}, nil)
	verifier := newVerifier(t, acmeConfig(), keys)
	token := tokenOf(t, "acme-1")
	expectVerdict(t, verifier, token, "OK")

	outage.Store(true)
	eventually(t, "a failed refresh", func() bool {
		expectVerdict(t, verifier, token, "OK")
		return statusOfKeys(t, keys).LastError == "the fetch function failed: an outage"
	})
	expectVerdict(t, verifier, token, "OK")
	eventually(t, "the end of the keys", func() bool {
		_, err := verifier.Verify(token)
		return statusOf(t, err) == "KEYS_UNAVAILABLE"
	})
	if status := statusOfKeys(t, keys); len(status.Keys) != 0 || *status.Age < 4*time.Second {
		t.Errorf("got %+v", status)
	}

	outage.Store(false)
	eventually(t, "the end of the outage", func() bool {
		_, err := verifier.Verify(token)
		return err == nil
	})
}

func TestACopyOnDiskServesDuringAnOutage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	cached := func(options *cfaccess.RemoteOptions) { options.CacheFile = file }
	endpoint := newEndpoint()
	endpoint.serve(vectorFile(t, "acme.jwks.json"))
	if err := endpoint.keys(t, cached).Connect(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the copy", func() bool {
		info, err := os.Stat(file)
		return err == nil && info.Mode() == 0o600
	})

	endpoint.fail("an outage")
	verifier := newVerifier(t, acmeConfig(), endpoint.keys(t, cached))

	expectVerdict(t, verifier, tokenOf(t, "acme-1"), "OK")
}

func TestStatusOfKeysThatAreFetched(t *testing.T) {
	endpoint := newEndpoint()
	keys := endpoint.keys(t, func(options *cfaccess.RemoteOptions) { options.RefreshAfter = time.Minute })

	zero := time.Duration(0)
	want := cfaccess.KeysStatus{Source: "remote", Keys: []cfaccess.Key{}, Skipped: []cfaccess.SkippedKey{}, NextRefresh: &zero}
	if status := statusOfKeys(t, keys); !reflect.DeepEqual(status, want) {
		t.Errorf("before the first fetch: %+v", status)
	}

	endpoint.serve(vectorFile(t, "mixed.jwks.json"))
	if err := keys.Connect(); err != nil {
		t.Fatal(err)
	}
	status := statusOfKeys(t, keys)
	if len(status.Keys) != 1 || len(status.Skipped) == 0 || status.LastError != "" || status.Fetches != 1 {
		t.Errorf("got %+v", status)
	}
	if *status.Age < 0 || *status.Age+*status.NextRefresh-time.Minute > 10*time.Millisecond {
		t.Errorf("age %v, next refresh in %v", *status.Age, *status.NextRefresh)
	}
}

func TestStatusOfKeysThatAreNotFetched(t *testing.T) {
	status := statusOfKeys(t, loadKeys(t, "acme.jwks.json"))

	if status.Age != nil || status.NextRefresh != nil || status.LastError != "" || status.Fetches != 0 {
		t.Errorf("got %+v", status)
	}
}

func TestStatusInJSONHasItsDurationsInSeconds(t *testing.T) {
	age, next := 1500*time.Millisecond, time.Hour
	status := cfaccess.KeysStatus{
		Source: "remote", Keys: []cfaccess.Key{{KeyID: "a", SHA256: "b", Bits: 2048}},
		Age: &age, NextRefresh: &next, LastError: "an outage", Fetches: 3, Failures: 1, NotModified: 1, Suppressed: 5,
	}

	text, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	var plain object
	var read cfaccess.KeysStatus
	if json.Unmarshal(text, &plain) != nil || plain["age"] != 1.5 || plain["next_refresh"] != 3600.0 {
		t.Errorf("got %s", text)
	}
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, status) {
		t.Errorf("got %+v, %v", read, err)
	}
	if text, err := json.Marshal(cfaccess.KeysStatus{}); err != nil || !strings.Contains(string(text), `"age":null`) {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestRemoteKeysCannotBeLoaded(t *testing.T) {
	keys := newEndpoint().keys(t, nil)

	expectError(t, keys.LoadJSON(vectorFile(t, "acme.jwks.json")), cfaccess.ErrInvalidArgument)
}

func TestKeysOfAnotherTeamAreRefused(t *testing.T) {
	config := acmeConfig()
	config.Team = "other"

	_, err := cfaccess.NewVerifier(config, newEndpoint().keys(t, nil))

	expectError(t, err, cfaccess.ErrInvalidConfig)
}
