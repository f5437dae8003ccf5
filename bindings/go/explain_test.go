package cfaccess_test

import (
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

type explanation struct {
	Now    int64
	Checks []struct {
		Check, Result, Status, Message string
		Expected, Found                any
	}
}

func explain(t *testing.T, token string) explanation {
	t.Helper()
	text, err := acmeVerifier(t).Explain(token, now)
	if err != nil {
		t.Fatal(err)
	}
	var told explanation
	if err := text.Decode(&told); err != nil {
		t.Fatal(err)
	}
	return told
}

func (e explanation) failed() map[string]string {
	failed := map[string]string{}
	for _, check := range e.Checks {
		if check.Result != "passed" {
			failed[check.Check] = check.Status
		}
	}
	return failed
}

func TestAnExplanationMakesAllChecks(t *testing.T) {
	told := explain(t, newMinter(t, "acme-1").token(t, personClaims(object{
		"iss": "https://other.cloudflareaccess.com", "aud": "another", "exp": now.Unix() - 100, "iat": now.Unix() - 200,
		"nbf": nil,
	})))

	failed := told.failed()
	for check, status := range map[string]string{"issuer": "WRONG_ISSUER", "audience": "WRONG_AUDIENCE", "expiry": "EXPIRED"} {
		if failed[check] != status {
			t.Errorf("%s: got %q, expected %q", check, failed[check], status)
		}
	}
	if len(failed) != 3 || told.Now != now.Unix() {
		t.Errorf("got %+v", told)
	}
}

func TestAnExplanationOfAGoodTokenHasNoFailure(t *testing.T) {
	told := explain(t, newMinter(t, "acme-1").token(t, personClaims(nil)))

	if failed := told.failed(); len(failed) != 0 || len(told.Checks) < 10 {
		t.Errorf("%d checks, failed: %v", len(told.Checks), failed)
	}
}

func TestAnExplanationDoesNotShowTheSignature(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, personClaims(nil))
	signature := token[strings.LastIndex(token, ".")+1:]

	text, err := acmeVerifier(t).Explain(token, now)

	if err != nil || strings.Contains(string(text), signature) {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestGarbageIsExplained(t *testing.T) {
	for _, token := range []string{"", "x", "a.b.c", "oauth:abc", "\x00\xff", strings.Repeat("A", 20_000)} {
		if failed := explain(t, token).failed(); failed["form"] == "" && failed["header"] == "" {
			t.Errorf("%.10q: got %v", token, failed)
		}
	}
}

func TestAnExplanationNeedsAValidTime(t *testing.T) {
	text, err := acmeVerifier(t).Explain("x", time.Time{})

	expectError(t, err, cfaccess.ErrInvalidArgument)
	if text != "" {
		t.Errorf("%s came with the error", text)
	}
}
