package cfaccess_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// vectorFolder holds what the tests of all languages share.
const vectorFolder = checkout + "tests/vectors"

func vectorFile(t testing.TB, name string) []byte {
	t.Helper()
	needFile(t, vectorFolder)
	content, err := os.ReadFile(filepath.Join(vectorFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readVectors(t testing.TB, name string, into any) {
	t.Helper()
	if err := unmarshalKnown(vectorFile(t, name), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// unmarshalKnown refuses members that the target does not have, so that no vector is read in part.
func unmarshalKnown(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// octets are any bytes: a string, or a list of segments that are repeated and joined.
type octets []byte

func (o *octets) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		*o = octets(plain)
		return nil
	}
	var segments []struct {
		Text  string
		Hex   string
		Times *int
	}
	if err := unmarshalKnown(text, &segments); err != nil {
		return err
	}
	*o = nil
	for _, segment := range segments {
		piece, err := hex.DecodeString(segment.Hex)
		if err != nil {
			return err
		}
		times := 1
		if segment.Times != nil {
			times = *segment.Times
		}
		*o = append(*o, bytes.Repeat(append(piece, segment.Text...), times)...)
	}
	return nil
}

// vectorConfig is a configuration as the vectors of all languages write it.
type vectorConfig struct {
	Team          string
	Audiences     []string
	Leeway        *int64
	MaxLifetime   *int64          `json:"max_lifetime"`
	MaxAge        *int64          `json:"max_age"`
	AllowServices json.RawMessage `json:"allow_services"`
	AcceptCookie  bool            `json:"accept_cookie"`
	EmailHeader   string          `json:"email_header"`
}

// inGo returns the configuration as this package takes it.
func (c vectorConfig) inGo(t testing.TB) cfaccess.Config {
	t.Helper()
	config := cfaccess.Config{Team: c.Team, Audiences: c.Audiences, AcceptCookie: c.AcceptCookie}
	if c.Leeway != nil {
		config.Leeway = seconds(*c.Leeway)
		if *c.Leeway == 0 {
			config.Leeway = cfaccess.NoLeeway
		}
	}
	if c.MaxLifetime != nil {
		config.MaxLifetime = seconds(*c.MaxLifetime)
		if *c.MaxLifetime == 0 {
			t.Skip("a MaxLifetime of 0 seconds: in Go, 0 stands for the default")
		}
	}
	if c.MaxAge != nil {
		config.MaxAge = seconds(*c.MaxAge)
		if *c.MaxAge == 0 {
			t.Skip("a MaxAge of 0 seconds: in Go, 0 stands for no bound")
		}
	}
	config.EmailHeader = emailHeader(t, c.EmailHeader)
	if string(c.AllowServices) == `"any"` {
		config.AllowAnyService = true
	} else if c.AllowServices != nil {
		if err := json.Unmarshal(c.AllowServices, &config.AllowServices); err != nil {
			t.Fatal(err)
		}
	}
	return config
}

func emailHeader(t testing.TB, policy string) cfaccess.EmailHeader {
	t.Helper()
	switch policy {
	case "", "check":
		return cfaccess.EmailHeaderCheck
	case "require":
		return cfaccess.EmailHeaderRequire
	case "ignore":
		return cfaccess.EmailHeaderIgnore
	}
	t.Fatalf("the vectors have an unknown policy for the e-mail header: %q", policy)
	return 0
}

// seconds returns a duration, at most the longest possible, of 292 years.
func seconds(count int64) time.Duration {
	const longest = int64(math.MaxInt64 / time.Second)
	return time.Duration(min(max(count, -longest), longest)) * time.Second
}
