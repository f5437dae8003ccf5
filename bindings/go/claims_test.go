package cfaccess_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestClaimsOfAPerson(t *testing.T) {
	custom := object{"groups": []string{"staff", "admin"}}
	token := newMinter(t, "acme-1").token(t, personClaims(object{"custom": custom}))

	claims := mustVerify(t, acmeVerifier(t), token)

	for what, pair := range map[string][2]string{
		"kind":           {claims.Kind().String(), "person"},
		"issuer":         {claims.Issuer(), issuer},
		"subject":        {claims.Subject(), "7335d417-61da-459d-899c-0a01c76a2f94"},
		"email":          {claims.Email(), "user@example.com"},
		"common name":    {claims.CommonName(), ""},
		"audiences":      {fmt.Sprint(claims.Audiences()), "[" + audience + "]"},
		"identity nonce": {claims.IdentityNonce(), "6ei69kawdKzMIAPF"},
		"nonce":          {claims.Nonce(), ""},
		"session":        {claims.Session(), "6ei69kawdKzMIAPF"},
		"country":        {claims.Country(), "US"},
		"token type":     {claims.TokenType(), "app"},
		"custom":         {string(claims.Custom()), `{"groups":["staff","admin"]}`},
		"issued at":      {claims.IssuedAt().String(), "2026-01-01 00:00:00 +0000 UTC"},
		"not before":     {claims.NotBefore().String(), "2026-01-01 00:00:00 +0000 UTC"},
		"expires at":     {claims.ExpiresAt().String(), "2026-01-02 00:00:00 +0000 UTC"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, expected %q", what, pair[0], pair[1])
		}
	}
	if !strings.Contains(claims.PrincipalID(), claims.Subject()) {
		t.Errorf("principal id: %q", claims.PrincipalID())
	}
	if left := claims.SecondsLeft(now.Add(time.Hour)); left != 82800 {
		t.Errorf("seconds left: %d", left)
	}
	if left := claims.SecondsLeft(claims.ExpiresAt().Add(time.Second)); left != 0 {
		t.Errorf("seconds left after the end: %d", left)
	}
}

func TestClaimsOfAService(t *testing.T) {
	config := acmeConfig()
	config.AllowServices = []string{clientID}
	token := newMinter(t, "acme-1").token(t, serviceClaims(nil))

	claims := mustVerify(t, newVerifier(t, config, loadKeys(t, "acme.jwks.json")), token)

	if claims.Kind() != cfaccess.Service || claims.Kind().String() != "service" || claims.CommonName() != clientID {
		t.Errorf("got %v %q", claims.Kind(), claims.CommonName())
	}
	if !claims.NotBefore().IsZero() || claims.Has(cfaccess.ClaimNotBefore) {
		t.Errorf("not before: %v", claims.NotBefore())
	}
	if claims.Subject() != "" || !claims.Has(cfaccess.ClaimSubject) {
		t.Error("the subject is there, and empty")
	}
	if claims.Email() != "" || claims.Has(cfaccess.ClaimEmail) {
		t.Error("there is no email")
	}
}

func TestThePayloadIsTheSignedText(t *testing.T) {
	signed := personClaims(object{"unknown_claim": object{"a": []int{1, 2, 3}}})
	token := newMinter(t, "acme-1").token(t, signed)

	claims := mustVerify(t, acmeVerifier(t), token)

	text, _ := json.Marshal(signed)
	if string(claims.Payload()) != string(text) {
		t.Errorf("got %s", claims.Payload())
	}
	var decoded struct {
		Unknown struct{ A []int } `json:"unknown_claim"`
	}
	if err := claims.Payload().Decode(&decoded); err != nil || len(decoded.Unknown.A) != 3 {
		t.Errorf("got %v, %v", decoded, err)
	}
}

// Claims of up to 4,096 bytes take one call into the library, longer ones a second.
func TestClaimsOfAllLengths(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	for size := 0; size <= 8000; size += lengthStep(size) {
		long := strings.Repeat("x", size)
		claims := mustVerify(t, verifier, signer.token(t, personClaims(object{"custom": object{"long": long}})))

		if string(claims.Custom()) != `{"long":"`+long+`"}` || !strings.Contains(string(claims.Payload()), long) {
			t.Errorf("%d bytes: the custom claims are not what was signed", size)
		}
		if claims.Email() != "user@example.com" || len(claims.Audiences()) != 1 || claims.Audiences()[0] != audience {
			t.Errorf("%d bytes: got %q, %q", size, claims.Email(), claims.Audiences())
		}
	}
}

// lengthStep is small around the length where the text has 4,096 bytes: it contains the claim twice,
// once within the payload, and about 1,000 bytes of other text.
func lengthStep(size int) int {
	if size >= 1400 && size < 1700 {
		return 3
	}
	return 350
}

func TestManyAudiences(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	for _, count := range []int{1, 2, 3, 64} {
		audiences := make([]string, count)
		for i := range audiences {
			audiences[i] = fmt.Sprintf("%064x", i)
		}
		audiences[count-1] = audience

		claims := mustVerify(t, verifier, signer.token(t, personClaims(object{"aud": audiences})))

		if fmt.Sprint(claims.Audiences()) != fmt.Sprint(audiences) {
			t.Errorf("got %q, expected %q", claims.Audiences(), audiences)
		}
	}
}

func TestTheStringAfterTheAudiencesKeepsItsPlace(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	several := signer.token(t, personClaims(object{"aud": []string{audience, "b", "c"}, "policy_id": "p-1"}))

	claims, empty := mustVerify(t, verifier, several), mustVerify(t, verifier, signer.token(t, personClaims(object{"policy_id": ""})))

	if claims.PolicyID() != "p-1" || !claims.Has(cfaccess.ClaimPolicyID) {
		t.Errorf("got %q", claims.PolicyID())
	}
	if empty.PolicyID() != "" || !empty.Has(cfaccess.ClaimPolicyID) {
		t.Error("the claim is there, and empty")
	}
}

func TestClaimsOutliveTheirVerifier(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	verifier := newVerifier(t, acmeConfig(), keys)
	claims := mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))

	verifier.Close()
	keys.Close()

	if claims.Email() != "user@example.com" || claims.Audiences()[0] != audience {
		t.Errorf("got %+v", claims)
	}
}

func TestJSONThatIsAbsent(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))

	text, err := json.Marshal(struct{ Custom cfaccess.JSON }{claims.Custom()})

	if err != nil || string(text) != `{"Custom":null}` {
		t.Errorf("got %s, %v", text, err)
	}
	if claims.Custom().Decode(new(any)) == nil {
		t.Error("nothing was decoded without an error")
	}
}

func TestClaimsConstantsMatchTheHeader(t *testing.T) {
	header := readHeader(t)
	expectConstant(t, header, "CFACCESS_EMAIL_HEADER_CHECK", uint32(cfaccess.EmailHeaderCheck))
	expectConstant(t, header, "CFACCESS_EMAIL_HEADER_REQUIRE", uint32(cfaccess.EmailHeaderRequire))
	expectConstant(t, header, "CFACCESS_EMAIL_HEADER_IGNORE", uint32(cfaccess.EmailHeaderIgnore))
	expectConstant(t, header, "CFACCESS_KIND_PERSON", uint32(cfaccess.Person))
	expectConstant(t, header, "CFACCESS_KIND_SERVICE", uint32(cfaccess.Service))
}
