package cfaccess_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const userPrincipal = "acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94"

func TestClaimsPrintKindAndPrincipalOnly(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))
	const want = "person " + userPrincipal

	if got := claims.String(); got != want {
		t.Errorf("got %q", got)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
		for what, value := range map[string]any{
			"Claims": claims, "a copy": *claims, "a struct of them": struct{ Claims *cfaccess.Claims }{claims},
		} {
			got := fmt.Sprintf(verb, value)
			if strings.Contains(got, "example.com") || strings.Contains(got, `"iss"`) || !strings.Contains(got, want) {
				t.Errorf("%s of %s: %s", verb, what, got)
			}
		}
	}
}

func TestServiceClaimsPrintTheClientID(t *testing.T) {
	config := acmeConfig()
	config.AllowAnyService = true
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
	claims := mustVerify(t, verifier, newMinter(t, "acme-1").token(t, serviceClaims(nil)))

	if got := fmt.Sprint(claims); got != "service acme.cloudflareaccess.com/service/"+clientID {
		t.Errorf("got %q", got)
	}
}

func TestNilClaimsPrint(t *testing.T) {
	if got := fmt.Sprint((*cfaccess.Claims)(nil)); got != "<nil>" {
		t.Errorf("got %q", got)
	}
}

func TestClaimsLogKindAndPrincipalOnly(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(buffer *bytes.Buffer) slog.Handler { return slog.NewTextHandler(buffer, nil) },
		"JSON": func(buffer *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(buffer, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			var line bytes.Buffer

			slog.New(handler(&line)).Info("accepted", "caller", claims)

			if text := line.String(); !strings.Contains(text, userPrincipal) || strings.Contains(text, "example.com") {
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestClaimsInJSONHaveTheNamesOfAllLanguages(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, personClaims(object{
		"nbf": nil, "policy_id": "1d9e2a3b-4c5d-4e6f-8a7b-9c0d1e2f3a4b", "custom": object{"groups": []string{"staff"}},
	}))
	claims := mustVerify(t, acmeVerifier(t), token)

	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}

	var got, payload, custom any
	for source, target := range map[string]*any{
		string(text): &got, string(claims.Payload()): &payload, string(claims.Custom()): &custom,
	} {
		if err := json.Unmarshal([]byte(source), target); err != nil {
			t.Fatal(err)
		}
	}
	want := object{
		"kind":           "person",
		"principal_id":   userPrincipal,
		"subject":        "7335d417-61da-459d-899c-0a01c76a2f94",
		"email":          "user@example.com",
		"common_name":    nil,
		"issuer":         issuer,
		"audiences":      []any{audience},
		"issued_at":      float64(now.Unix()),
		"not_before":     nil,
		"expires_at":     float64(now.Unix() + 86400),
		"ends_at":        float64(now.Unix() + 86400),
		"session":        "6ei69kawdKzMIAPF",
		"identity_nonce": "6ei69kawdKzMIAPF",
		"nonce":          nil,
		"country":        "US",
		"policy_id":      "1d9e2a3b-4c5d-4e6f-8a7b-9c0d1e2f3a4b",
		"token_type":     "app",
		"groups":         []any{"staff"},
		"custom":         custom,
		"payload":        payload,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", text)
	}
	members := map[string]bool{}
	for name := range got.(object) {
		members[plain(name)] = true
	}
	for name := range claimBits(t) {
		if !members[name] {
			t.Errorf("the claim %s of the header is missing: add it to claimsJSON", name)
		}
	}
}

func TestGroupsInJSON(t *testing.T) {
	for custom, want := range map[string]string{
		``:                 `"groups":null`,
		`{"groups":7}`:     `"groups":null`,
		`{"groups":[]}`:    `"groups":[]`,
		`{"groups":["a"]}`: `"groups":["a"]`,
	} {
		text, err := json.Marshal(cfaccess.ClaimsWithCustom(cfaccess.JSON(custom)))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: got %s, %v", custom, text, err)
		}
	}
}
