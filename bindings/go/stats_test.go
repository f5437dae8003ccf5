package cfaccess_test

import (
	"encoding/json"
	"reflect"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestStatsOfANewVerifier(t *testing.T) {
	stats := statsOf(t, acmeVerifier(t))

	if !reflect.DeepEqual(stats, cfaccess.Stats{Refusals: map[string]uint64{}}) {
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

func TestStatsInJSONHaveTheNamesOfAllLanguages(t *testing.T) {
	text, err := json.Marshal(cfaccess.Stats{Verified: 1, Refusals: map[string]uint64{"EXPIRED": 2}})

	want := `{"verified":1,"hits":0,"refusals":{"EXPIRED":2},"evictions":0,"entries":0,"bytes":0}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
}
