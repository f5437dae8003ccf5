package cfaccess_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

type tokenVector struct {
	Name  string
	Rule  string
	About string
	vectorSetting
	Token   octets
	Status  string
	Claims  map[string]json.RawMessage
	Message string
}

// vectorSetting is what a vector is verified with; members that are missing come from the defaults of its file.
type vectorSetting struct {
	Config *vectorConfig
	Keys   string
	Now    *int64
}

func (s *vectorSetting) orElse(defaults vectorSetting) {
	if s.Config == nil {
		s.Config = defaults.Config
	}
	if s.Keys == "" {
		s.Keys = defaults.Keys
	}
	if s.Now == nil {
		s.Now = defaults.Now
	}
}

func TestTokenVectors(t *testing.T) {
	var file struct {
		Defaults vectorSetting
		Vectors  []tokenVector
	}
	readVectors(t, "tokens.json", &file)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			vector.orElse(file.Defaults)
			vector.run(t)
		})
	}
}

// run verifies the token twice: the verdict is the same on a hit.
func (v tokenVector) run(t *testing.T) {
	verifier := newVerifier(t, v.Config.inGo(t), loadKeys(t, v.Keys))
	for range 2 {
		claims, err := verifier.VerifyAt(string(v.Token), time.Unix(*v.Now, 0))
		v.compare(t, claims, err)
	}
}

func (v tokenVector) compare(t *testing.T, claims *cfaccess.Claims, err error) {
	t.Helper()
	if status := statusOf(t, err); status != v.Status {
		t.Fatalf("%s: got %v, expected %s", v.About, err, v.Status)
	}
	if (claims == nil) != (err != nil) {
		t.Fatal("claims and an error exclude each other")
	}
	var refusal *cfaccess.AccessError
	if v.Message != "" && (!errors.As(err, &refusal) || refusal.Message != v.Message) {
		t.Errorf("got %v, expected the message %q", err, v.Message)
	}
	for name, want := range v.Claims {
		expectJSON(t, name, claimByName(t, claims, name), want)
	}
}

// expectJSON compares a value, as JSON, with what a vector expects.
func expectJSON(t *testing.T, name string, got any, want json.RawMessage) {
	t.Helper()
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var gotValue, wantValue any
	if err := json.Unmarshal(text, &gotValue); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &wantValue); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(gotValue, wantValue) {
		t.Errorf("%s: got %s, expected %s", name, text, want)
	}
}

func TestKeyVectors(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name     string
			Rule     string
			About    string
			Document octets
			Status   string
			Keys     []string
			Skipped  []*string
			Local    bool
		}
	}
	readVectors(t, "keys.json", &file)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			expectReload(t, vector.Document, vector.Status, vector.Local)
			keys, err := cfaccess.KeysFromJSON(vector.Document)
			if status := statusOf(t, err); status != vector.Status {
				t.Fatalf("%s: got %v, expected %s", vector.About, err, vector.Status)
			}
			if err != nil {
				return
			}
			defer keys.Close()
			status, err := keys.Status()
			if err != nil {
				t.Fatal(err)
			}
			var inForce, skipped, wantSkipped []string
			for _, key := range status.Keys {
				inForce = append(inForce, key.KeyID)
			}
			for _, key := range status.Skipped {
				skipped = append(skipped, key.KeyID)
			}
			for _, keyID := range vector.Skipped {
				if keyID == nil {
					keyID = new(string)
				}
				wantSkipped = append(wantSkipped, *keyID)
			}
			slices.Sort(inForce)
			if !slices.Equal(inForce, vector.Keys) {
				t.Errorf("keys in force: got %q, expected %q", inForce, vector.Keys)
			}
			if !slices.Equal(skipped, wantSkipped) {
				t.Errorf("skipped keys: got %q, expected %q", skipped, wantSkipped)
			}
		})
	}
}

// expectReload loads a document in place of other keys: those of Access and of a local Access never take each
// other's.
func expectReload(t *testing.T, document []byte, status string, isLocal bool) {
	t.Helper()
	for file, areLocal := range map[string]bool{"acme.jwks.json": false, "local.jwks.json": true} {
		keys := loadKeys(t, file)
		before, _ := keys.Status()
		want := status
		if status == "OK" && isLocal != areLocal {
			want = "KEYS_INVALID"
		}
		err := keys.LoadJSON(document)
		if got := statusOf(t, err); got != want {
			t.Errorf("in place of %s: got %v, expected %s", file, err, want)
		}
		if after, _ := keys.Status(); err != nil && !reflect.DeepEqual(after, before) {
			t.Errorf("in place of %s: the keys in force are now %+v", file, after)
		}
	}
}

func TestLocalAddressVectors(t *testing.T) {
	t.Setenv("CFACCESS_LOCAL", "")
	var file struct {
		Vectors []struct {
			Name   string
			Rule   string
			About  string
			Team   string
			Local  string
			Status string
		}
	}
	readVectors(t, "local.json", &file)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			keys, err := cfaccess.RemoteKeys(vector.Team, cfaccess.RemoteOptions{Local: vector.Local})
			if status := statusOf(t, err); status != vector.Status {
				t.Fatalf("%s: got %v, expected %s", vector.About, err, vector.Status)
			}
			if err == nil {
				keys.Close()
			}
		})
	}
}

func TestConfigVectors(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name     string
			Rule     string
			About    string
			Config   vectorConfig
			Keys     string
			Status   string
			Issuer   string
			Warnings int
		}
	}
	readVectors(t, "configs.json", &file)
	signer := newMinter(t, "acme-1")
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			config := vector.Config.inGo(t)
			verifier, err := cfaccess.NewVerifier(config, loadKeys(t, cmp.Or(vector.Keys, "acme.jwks.json")))
			if status := statusOf(t, err); status != vector.Status {
				t.Fatalf("%s: got %v, expected %s", vector.About, err, vector.Status)
			}
			if err != nil {
				return
			}
			defer verifier.Close()
			if warnings := verifier.Warnings(); len(warnings) != vector.Warnings {
				t.Errorf("warnings: got %q, expected %d", warnings, vector.Warnings)
			}
			token := signer.token(t, personClaims(object{
				"iss": vector.Issuer, "aud": config.Audiences[0], "exp": now.Unix() + 1,
			}))
			if claims := mustVerify(t, verifier, token); claims.Issuer() != vector.Issuer {
				t.Errorf("issuer: got %q, expected %q", claims.Issuer(), vector.Issuer)
			}
		})
	}
}
