package cfaccess_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

type revocationVectors struct {
	Defaults struct {
		Config vectorConfig
		Keys   string
		Now    int64
	}
	Tokens  map[string]string
	Vectors []revocationVector
}

type revocationVector struct {
	Name    string
	Rule    string
	About   string
	Config  *vectorConfig
	Now     *int64
	Team    string
	Token   string
	Headers []vectorHeader
	Writes  []vectorWrite
	Status  string
}

// vectorWrite is a write to a store as the vectors of all languages write it.
type vectorWrite struct {
	Action string
	Kind   string
	Value  string
	At     *int64
	Margin *int64
	Until  *int64
	entry  json.RawMessage
}

func (w *vectorWrite) UnmarshalJSON(text []byte) error {
	type fields vectorWrite
	w.entry = append(w.entry, text...)
	return json.Unmarshal(text, (*fields)(w))
}

func TestRevocationVectors(t *testing.T) {
	var file revocationVectors
	readVectors(t, "revocation.json", &file)
	if len(file.Vectors) < 100 {
		t.Fatalf("%d vectors", len(file.Vectors))
	}
	keys := loadKeys(t, file.Defaults.Keys)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			if got := statusOf(t, vector.run(t, file, keys)); got != vector.Status {
				t.Errorf("%s: got %s, expected %s", vector.About, got, vector.Status)
			}
		})
	}
}

func (v revocationVector) run(t *testing.T, file revocationVectors, keys *cfaccess.Keys) error {
	ofTeam, used, at := team, file.Defaults.Config, file.Defaults.Now
	if v.Team != "" {
		ofTeam = v.Team
	}
	if v.Config != nil {
		used = *v.Config
	}
	if v.Now != nil {
		at = *v.Now
	}
	revocations := openRevocations(t, "memory:", ofTeam, cfaccess.RevocationOptions{})
	config := used.inGo(t)
	config.Revocations = revocations
	verifier, err := cfaccess.NewVerifier(config, keys)
	if err != nil {
		return err
	}
	defer verifier.Close()
	header := http.Header{assertion: {file.Tokens[v.Token]}}
	for _, other := range v.Headers {
		header.Add(other.name, string(other.value))
	}
	_, _ = verifier.VerifyHeaderAt(header, time.Unix(at, 0)) // into the cache
	for _, write := range v.Writes {
		if err := write.make(t, revocations); err != nil {
			return err
		}
	}
	if v.Token == "" {
		return nil
	}
	return second(verifier.VerifyHeaderAt(header, time.Unix(at, 0)))
}

func (w vectorWrite) make(t *testing.T, revocations *cfaccess.Revocations) error {
	t.Helper()
	ctx := context.Background()
	if w.Action == "import" {
		var entry cfaccess.RevocationEntry
		if err := json.Unmarshal(w.entry, &entry); err != nil {
			t.Fatal(err)
		}
		return revocations.Import(ctx, []cfaccess.RevocationEntry{entry})
	}
	target := targetOf(t, w.Kind, w.Value)
	switch w.Action {
	case "revoke":
		var options cfaccess.RevokeOptions
		if w.At != nil {
			options.At = time.Unix(*w.At, 0)
		}
		if w.Margin != nil {
			options.Margin = seconds(*w.Margin)
		}
		return revocations.Revoke(ctx, target, options)
	case "block":
		var options cfaccess.BlockOptions
		if w.Until != nil {
			options.Until = time.Unix(*w.Until, 0)
		}
		return revocations.Block(ctx, target, options)
	case "lift":
		return revocations.Lift(ctx, target, cfaccess.LiftOptions{})
	}
	t.Fatalf("there is no action %q", w.Action)
	return nil
}

func targetOf(t *testing.T, kind, value string) cfaccess.Target {
	t.Helper()
	switch kind {
	case "team":
		return cfaccess.Team()
	case "application":
		return cfaccess.Application(value)
	case "subject":
		return cfaccess.Subject(value)
	case "email":
		return cfaccess.Email(value)
	case "service":
		return cfaccess.ClientID(value)
	case "session":
		return cfaccess.Session(value)
	}
	t.Fatalf("there is no kind %q", kind)
	return cfaccess.Target{}
}
