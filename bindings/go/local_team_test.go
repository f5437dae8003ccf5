package cfaccess_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	localTeam    = "cfaccess-local"
	localWarning = "local team: tokens of this computer only"
)

// serveLocal returns the URL of a plain server on this computer, and how often it was asked.
func serveLocal(t *testing.T, document []byte) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.URL.Path != "/cdn-cgi/access/certs" {
			http.NotFound(w, r)
			return
		}
		w.Write(document)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func localConfig() cfaccess.Config {
	return cfaccess.Config{Team: localTeam, Audiences: []string{audience}}
}

func localToken(t *testing.T) string {
	t.Helper()
	claims := personClaims(object{"iss": "https://cfaccess-local.cloudflareaccess.com"})
	return newMinter(t, "acme-1").token(t, claims)
}

func TestKeysOfALocalAccessComeFromThisComputer(t *testing.T) {
	for _, namedBy := range []string{"option", "variable"} {
		t.Run(namedBy, func(t *testing.T) {
			url, requests := serveLocal(t, vectorFile(t, "local.jwks.json"))
			proxy, proxied := serveLocal(t, vectorFile(t, "local.jwks.json"))
			for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
				t.Setenv(name, proxy)
			}
			t.Setenv("CFACCESS_LOCAL", "http://127.0.0.1:1")
			options := cfaccess.RemoteOptions{Local: url}
			if namedBy == "variable" {
				t.Setenv("CFACCESS_LOCAL", url)
				options.Local = ""
			}

			keys, err := cfaccess.RemoteKeys(localTeam, options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(keys.Close)

			mustVerify(t, newVerifier(t, localConfig(), keys), localToken(t))
			if requests.Load() != 1 || proxied.Load() != 0 {
				t.Errorf("got %d requests, and %d at the proxy", requests.Load(), proxied.Load())
			}
		})
	}
}

func TestTheVariableMovesTheKeysOfNoRealTeam(t *testing.T) {
	url, requests := serveLocal(t, vectorFile(t, "acme.jwks.json"))
	for _, value := range []string{url, "no address at all"} {
		t.Setenv("CFACCESS_LOCAL", value)
		keys, err := cfaccess.RemoteKeys(team, cfaccess.RemoteOptions{Proxy: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		expectError(t, keys.Connect(), cfaccess.ErrKeysUnavailable)
		keys.Close()
	}
	if requests.Load() != 0 {
		t.Errorf("got %d requests", requests.Load())
	}
}

func TestALocalTeamWithoutAnAddressSaysWhatToDo(t *testing.T) {
	t.Setenv("CFACCESS_LOCAL", "")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	for want, options := range map[string]cfaccess.RemoteOptions{
		"start `cfaccess local`, then set CFACCESS_LOCAL": {},
		"local and ca_file are both set":                  {Local: "http://[::1]:8780", CAFile: ca},
		"local and fetch are both set":                    {Local: "http://[::1]:8780", Fetch: newEndpoint().fetch},
		"the address of the local Access":                 {Local: "http://[::1]:8780\x00"},
	} {
		keys, err := cfaccess.RemoteKeys(localTeam, options)
		expectError(t, err, cfaccess.ErrInvalidConfig)
		if keys != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %q", err, want)
		}
	}
}

func TestKeysAndTeamsOfTwoKindsNeverMeet(t *testing.T) {
	for _, test := range []struct {
		own, foreign  string
		config, other cfaccess.Config
	}{
		{"acme.jwks.json", "local.jwks.json", acmeConfig(), localConfig()},
		{"local.jwks.json", "acme.jwks.json", localConfig(), acmeConfig()},
	} {
		t.Run(test.own, func(t *testing.T) {
			keys := loadKeys(t, test.own)
			newVerifier(t, test.config, keys)
			_, err := cfaccess.NewVerifier(test.other, keys)
			expectError(t, err, cfaccess.ErrInvalidConfig)

			before, _ := keys.Status()
			expectError(t, keys.LoadJSON(vectorFile(t, test.foreign)), cfaccess.ErrKeysInvalid)
			if after, _ := keys.Status(); !reflect.DeepEqual(after, before) {
				t.Errorf("the keys in force are now %+v", after)
			}

			fetched, err := cfaccess.RemoteKeys(test.config.Team, cfaccess.RemoteOptions{
				Fetch: func(context.Context, string) ([]byte, error) { return vectorFile(t, test.foreign), nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer fetched.Close()
			expectError(t, fetched.Connect(), cfaccess.ErrKeysUnavailable)
		})
	}
}

func TestTheLocalTeamSaysSoEverywhere(t *testing.T) {
	verifier := newVerifier(t, localConfig(), loadKeys(t, "local.jwks.json"))
	want := []string{localWarning}
	if got := verifier.Warnings(); !reflect.DeepEqual(got, want) {
		t.Errorf("warnings: got %q", got)
	}
	if got := statsOf(t, verifier).Warnings; !reflect.DeepEqual(got, want) {
		t.Errorf("stats: got %q", got)
	}
	explanation, err := verifier.Explain(localToken(t), now)
	if err != nil || !strings.Contains(string(explanation), `"warnings":["`+localWarning+`"]`) {
		t.Errorf("explain: got %s, %v", explanation, err)
	}
}
