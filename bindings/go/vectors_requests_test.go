package cfaccess_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

type requestVector struct {
	Name  string
	Rule  string
	About string
	vectorSetting
	Headers []vectorHeader
	Status  string
	Claims  map[string]json.RawMessage
}

// vectorHeader is a pair of a name and a value.
type vectorHeader struct {
	name  string
	value octets
}

func (h *vectorHeader) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&h.name, &h.value})
}

func TestRequestVectors(t *testing.T) {
	var file struct {
		Defaults vectorSetting
		Vectors  []requestVector
	}
	readVectors(t, "requests.json", &file)
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			vector.orElse(file.Defaults)
			vector.run(t)
		})
	}
}

// run verifies the headers as net/http reads them from a connection, and as a literal map, which is a hit.
func (v requestVector) run(t *testing.T) {
	verifier := newVerifier(t, v.Config.inGo(t), loadKeys(t, v.Keys))
	received, byHand := http.Header{}, http.Header{}
	for _, header := range v.Headers {
		received.Add(header.name, string(header.value))
		byHand[header.name] = append(byHand[header.name], string(header.value))
	}
	at := time.Unix(*v.Now, 0)
	claims, err := verifier.VerifyRequestAt(&http.Request{Header: received}, at)
	v.compare(t, claims, err)
	claims, err = verifier.VerifyHeaderAt(byHand, at)
	v.compare(t, claims, err)
}

func (v requestVector) compare(t *testing.T, claims *cfaccess.Claims, err error) {
	t.Helper()
	if status := statusOf(t, err); status != v.Status {
		t.Fatalf("%s: got %v, expected %s", v.About, err, v.Status)
	}
	if (claims == nil) != (err != nil) {
		t.Fatal("claims and an error exclude each other")
	}
	for name, want := range v.Claims {
		expectJSON(t, name, claimByName(t, claims, name), want)
	}
}
