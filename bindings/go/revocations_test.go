package cfaccess_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const email = "user@example.com"

var background = context.Background()

func openRevocations(t testing.TB, url, team string, options cfaccess.RevocationOptions) *cfaccess.Revocations {
	t.Helper()
	revocations, err := cfaccess.OpenRevocations(background, url, team, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(revocations.Close)
	return revocations
}

func inMemory(t testing.TB) *cfaccess.Revocations {
	t.Helper()
	return openRevocations(t, "memory:", team, cfaccess.RevocationOptions{})
}

func verifierWith(t testing.TB, revocations *cfaccess.Revocations) *cfaccess.Verifier {
	t.Helper()
	config := acmeConfig()
	config.Revocations = revocations
	return newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
}

func revoke(t testing.TB, revocations *cfaccess.Revocations, target cfaccess.Target) {
	t.Helper()
	if err := revocations.Revoke(background, target, cfaccess.RevokeOptions{}); err != nil {
		t.Fatal(err)
	}
}

func listed(t testing.TB, revocations *cfaccess.Revocations, options cfaccess.ListOptions) []cfaccess.RevocationEntry {
	t.Helper()
	entries, err := revocations.List(background, options)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestClaimsThatGoKeepsDoNotOutliveARevocation(t *testing.T) {
	needFile(t, vectorFolder)
	person := personClaims(nil)
	for _, target := range []cfaccess.Target{
		cfaccess.Team(),
		cfaccess.Application(audience),
		cfaccess.Subject(person["sub"].(string)),
		cfaccess.Email(email),
		cfaccess.Session(person["identity_nonce"].(string)),
	} {
		t.Run(target.Kind().String(), func(t *testing.T) {
			revocations := inMemory(t)
			verifier := verifierWith(t, revocations)
			token := tokenOf(t, "acme-1")
			claims := verifyNow(t, verifier, token)
			if verifyNow(t, verifier, token) != claims {
				t.Error("the claims are not kept")
			}

			revoke(t, revocations, target)

			expectError(t, second(verifier.Verify(token)), cfaccess.ErrRevoked)
			expectError(t, second(verifier.VerifyHeader(http.Header{assertion: {token}})), cfaccess.ErrRevoked)
			if err := revocations.Lift(background, target, cfaccess.LiftOptions{}); err != nil {
				t.Fatal(err)
			}
			verifyNow(t, verifier, token)
		})
	}
}

func TestAMiddlewareRefusesWhoWasLetInBefore(t *testing.T) {
	revocations := inMemory(t)
	handler := newMiddleware(t, cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: verifierWith(t, revocations)}},
	})(http.HandlerFunc(callerHandler))
	token := tokenOf(t, "acme-1")
	for range 2 {
		expectAccepted(t, answer(handler, request("GET", "/", assertion, token)), theUser)
	}

	revoke(t, revocations, cfaccess.Email(email))
	expectRefused(t, answer(handler, request("GET", "/", assertion, token)), 401, "REVOKED")
	if err := revocations.Block(background, cfaccess.Email(email), cfaccess.BlockOptions{}); err != nil {
		t.Fatal(err)
	}
	expectRefused(t, answer(handler, request("GET", "/", assertion, token)), 403, "BLOCKED")
}

func TestANewLoginIsAccepted(t *testing.T) {
	revocations := inMemory(t)
	verifier := verifierWith(t, revocations)
	cutOff := time.Now().Add(-10 * time.Second)
	signer := newMinter(t, "acme-1")

	err := revocations.Revoke(background, cfaccess.Email(email), cfaccess.RevokeOptions{At: cutOff})

	if err != nil {
		t.Fatal(err)
	}
	issued := func(at time.Time) string {
		return signer.token(t, personClaims(object{"iat": at.Unix(), "nbf": nil, "exp": at.Unix() + 3600}))
	}
	expectError(t, second(verifier.Verify(issued(cutOff))), cfaccess.ErrRevoked)
	verifyNow(t, verifier, issued(cutOff.Add(time.Second)))
}

func TestABlockEnds(t *testing.T) {
	revocations := inMemory(t)
	verifier := verifierWith(t, revocations)
	until := time.Now().Add(500 * time.Second)
	err := revocations.Block(background, cfaccess.Email(email), cfaccess.BlockOptions{Until: until})
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(10 * time.Second).Unix()
	token := newMinter(t, "acme-1").token(t, personClaims(object{"iat": later, "nbf": nil, "exp": later + 3600}))

	expectError(t, second(verifier.VerifyAt(token, until.Add(-time.Second))), cfaccess.ErrBlocked)
	if _, err := verifier.VerifyAt(token, until); err != nil {
		t.Error(err)
	}
}

func TestEntriesAreListedByPages(t *testing.T) {
	revocations := inMemory(t)
	for i := range 25 {
		err := revocations.Revoke(background, cfaccess.Email(fmt.Sprintf("%02d@Example.com", i)), cfaccess.RevokeOptions{
			Reason: "drill", MadeBy: "ops", Margin: cfaccess.NoMargin,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	revoke(t, revocations, cfaccess.Team())
	err := revocations.Block(background, cfaccess.Session("Abc"), cfaccess.BlockOptions{Reason: "gone"})
	if err != nil {
		t.Fatal(err)
	}

	var entries []cfaccess.RevocationEntry
	var sizes []int
	for options := (cfaccess.ListOptions{Limit: 10}); ; {
		page := listed(t, revocations, options)
		if len(page) == 0 {
			break
		}
		entries, sizes = append(entries, page...), append(sizes, len(page))
		options.After = page[len(page)-1].Target
	}

	if !reflect.DeepEqual(sizes, []int{10, 10, 7}) {
		t.Errorf("pages of %v", sizes)
	}
	team, first, last := entries[0], entries[1], entries[26]
	if team.Target != cfaccess.Team() || first.Target != cfaccess.Email("00@example.com") || first.Reason != "drill" || first.MadeBy != "ops" {
		t.Errorf("got %+v, %+v", team, first)
	}
	if late := time.Since(first.NotIssuedAfter); late < 0 || late > time.Minute || !first.BlockedUntil.IsZero() {
		t.Errorf("got %+v", first)
	}
	if last.Target != cfaccess.Session("Abc") || last.NotIssuedAfter != cfaccess.Forever || last.BlockedUntil != cfaccess.Forever {
		t.Errorf("got %+v", last)
	}
	if got := listed(t, revocations, cfaccess.ListOptions{Kind: cfaccess.TargetSession}); !reflect.DeepEqual(got, entries[26:]) {
		t.Errorf("got %+v", got)
	}
	expectSameElsewhere(t, revocations, entries)
}

// expectSameElsewhere imports entries into another store, also after they were written as JSON.
func expectSameElsewhere(t *testing.T, revocations *cfaccess.Revocations, entries []cfaccess.RevocationEntry) {
	t.Helper()
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	var read []cfaccess.RevocationEntry
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, entries) {
		t.Errorf("got %+v, %v", read, err)
	}
	other := inMemory(t)
	if err := other.Import(background, read); err != nil {
		t.Fatal(err)
	}
	for i, entry := range listed(t, other, cfaccess.ListOptions{}) {
		entries[i].MadeAt = entry.MadeAt
		if entry != entries[i] {
			t.Errorf("got %+v, expected %+v", entry, entries[i])
		}
	}
	if err := other.Import(background, nil); err != nil {
		t.Error(err)
	}
}

func TestWritesThatNobodyCanMeanAreRefusedUnshown(t *testing.T) {
	revocations := inMemory(t)
	for name, options := range map[string]cfaccess.RevokeOptions{
		"a cut-off in the future": {At: time.Now().Add(time.Hour)},
		"a cut-off before 1970":   {At: time.Unix(-1, 0)},
		"a long margin":           {Margin: 301 * time.Second},
		"a negative margin":       {Margin: -time.Second},
		"half a second":           {Margin: time.Second / 2},
		"two lines":               {Reason: "two\nlines"},
		"a long reason":           {Reason: strings.Repeat("x", 257)},
		"an author with a NUL":    {MadeBy: "a\x00b"},
	} {
		t.Run(name, func(t *testing.T) {
			err := revocations.Revoke(background, cfaccess.Email(email), options)
			expectError(t, err, cfaccess.ErrInvalidArgument)
			if strings.Contains(err.Error(), email) {
				t.Error(err)
			}
		})
	}
	for _, target := range []cfaccess.Target{
		{}, cfaccess.Email(""), cfaccess.Email("a b"), cfaccess.Subject("a\x00b"), cfaccess.ClientID(strings.Repeat("x", 513)),
	} {
		expectError(t, revocations.Revoke(background, target, cfaccess.RevokeOptions{}), cfaccess.ErrInvalidArgument)
		expectError(t, revocations.Block(background, target, cfaccess.BlockOptions{}), cfaccess.ErrInvalidArgument)
		expectError(t, revocations.Lift(background, target, cfaccess.LiftOptions{}), cfaccess.ErrInvalidArgument)
	}
	past := cfaccess.BlockOptions{Until: time.Unix(1, 0)}
	expectError(t, revocations.Block(background, cfaccess.Team(), past), cfaccess.ErrInvalidArgument)
	for _, options := range []cfaccess.ListOptions{{Limit: -1}, {Limit: 10_001}, {Kind: 7}, {After: cfaccess.Email("")}} {
		_, err := revocations.List(background, options)
		expectError(t, err, cfaccess.ErrInvalidArgument)
	}
	if entries := listed(t, revocations, cfaccess.ListOptions{}); len(entries) != 0 {
		t.Errorf("got %+v", entries)
	}
}

func TestRevocationOptionsThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		url, team string
		options   cfaccess.RevocationOptions
	}{
		"no store":                  {"", team, cfaccess.RevocationOptions{}},
		"an unknown store":          {"file:/tmp/x", team, cfaccess.RevocationOptions{}},
		"a URL with a NUL":          {"memory:\x00", team, cfaccess.RevocationOptions{}},
		"no team":                   {"memory:", "", cfaccess.RevocationOptions{}},
		"a team with a NUL":         {"memory:", "a\x00", cfaccess.RevocationOptions{}},
		"a short interval":          {"memory:", team, cfaccess.RevocationOptions{Interval: 99 * time.Millisecond}},
		"a long interval":           {"memory:", team, cfaccess.RevocationOptions{Interval: 61 * time.Second}},
		"a negative timeout":        {"memory:", team, cfaccess.RevocationOptions{Timeout: -time.Second}},
		"microseconds":              {"memory:", team, cfaccess.RevocationOptions{Timeout: time.Second + 1}},
		"staleness below interval":  {"memory:", team, cfaccess.RevocationOptions{MaxStale: time.Second}},
		"staleness over its bound":  {"memory:", team, cfaccess.RevocationOptions{MaxStale: 25 * time.Hour}},
		"an unknown WhenStale":      {"memory:", team, cfaccess.RevocationOptions{WhenStale: 2}},
		"a path of a CA with a NUL": {"memory:", team, cfaccess.RevocationOptions{CAFile: "a\x00"}},
	} {
		t.Run(name, func(t *testing.T) {
			revocations, err := cfaccess.OpenRevocations(background, test.url, test.team, test.options)
			expectError(t, err, cfaccess.ErrInvalidConfig)
			if revocations != nil {
				t.Error("revocations came with the error")
			}
		})
	}
	_, err := cfaccess.NewVerifier(cfaccess.Config{
		Team: team, Audiences: []string{audience}, Revocations: openRevocations(t, "memory:", "other", cfaccess.RevocationOptions{}),
	}, loadKeys(t, "acme.jwks.json"))
	expectError(t, err, cfaccess.ErrInvalidConfig)
}

func TestStatusOfRevocations(t *testing.T) {
	revocations := inMemory(t)
	if err := revocations.Connect(background); err != nil {
		t.Fatal(err)
	}
	revoke(t, revocations, cfaccess.Team())

	status, err := revocations.Status()

	if err != nil || status.Source != "memory" || status.Entries != 1 || status.Version == 0 || status.Age != nil || status.LastError != "" {
		t.Errorf("got %+v, %v", status, err)
	}
	age := 1500 * time.Millisecond
	status.Age = &age
	text, err := json.Marshal(status)
	if err != nil || !strings.Contains(string(text), `"age":1.5`) {
		t.Errorf("got %s, %v", text, err)
	}
	var read cfaccess.RevocationsStatus
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, status) {
		t.Errorf("got %+v, %v", read, err)
	}
}

func TestClosedRevocationsRefuseAndTheirVerifierGoesOn(t *testing.T) {
	revocations := inMemory(t)
	verifier := verifierWith(t, revocations)
	revoke(t, revocations, cfaccess.Email(email))

	revocations.Close()
	revocations.Close()

	config := acmeConfig()
	config.Revocations = revocations
	_, err := cfaccess.NewVerifier(config, loadKeys(t, "acme.jwks.json"))
	expectError(t, err, cfaccess.ErrInvalidArgument)
	for _, call := range callsOf(revocations) {
		expectError(t, call(background), cfaccess.ErrInvalidArgument)
	}
	_, err = revocations.Status()
	expectError(t, err, cfaccess.ErrInvalidArgument)
	expectError(t, second(verifier.Verify(tokenOf(t, "acme-1"))), cfaccess.ErrRevoked)
}

func TestNilAndZeroRevocationsRefuse(t *testing.T) {
	var none *cfaccess.Revocations
	none.Close()
	for _, call := range callsOf(none) {
		expectError(t, call(background), cfaccess.ErrNullArgument)
	}
	for _, call := range callsOf(&cfaccess.Revocations{}) {
		expectError(t, call(background), cfaccess.ErrInvalidArgument)
	}
	config := acmeConfig()
	config.Revocations = &cfaccess.Revocations{}
	_, err := cfaccess.NewVerifier(config, loadKeys(t, "acme.jwks.json"))
	expectError(t, err, cfaccess.ErrInvalidArgument)
}

// callsOf are all calls that take a context.
func callsOf(revocations *cfaccess.Revocations) []func(context.Context) error {
	return []func(context.Context) error{
		revocations.Connect,
		func(ctx context.Context) error {
			return revocations.Revoke(ctx, cfaccess.Team(), cfaccess.RevokeOptions{})
		},
		func(ctx context.Context) error {
			return revocations.Block(ctx, cfaccess.Team(), cfaccess.BlockOptions{})
		},
		func(ctx context.Context) error { return revocations.Lift(ctx, cfaccess.Team(), cfaccess.LiftOptions{}) },
		func(ctx context.Context) error { return revocations.Import(ctx, nil) },
		func(ctx context.Context) error {
			_, err := revocations.List(ctx, cfaccess.ListOptions{})
			return err
		},
	}
}

func TestNothingIsCalledWhenTheContextHasEnded(t *testing.T) {
	ended, cancel := context.WithCancel(background)
	cancel()
	revocations := inMemory(t)
	for _, call := range callsOf(revocations) {
		err := call(ended)
		expectError(t, err, context.Canceled)
		if status := statusOf(t, err); status != "REVOCATIONS_UNAVAILABLE" && status != "REVOCATIONS_PENDING" {
			t.Error(err)
		}
	}
	if entries := listed(t, revocations, cfaccess.ListOptions{}); len(entries) != 0 {
		t.Errorf("got %+v", entries)
	}
}

func TestConstantsOfTargetsAreThoseOfTheHeader(t *testing.T) {
	header := readHeader(t)
	for kind := cfaccess.TargetTeam; kind <= cfaccess.TargetSession; kind++ {
		expectConstant(t, header, "CFACCESS_TARGET_"+strings.ToUpper(kind.String()), uint32(kind))
	}
	expectConstant(t, header, "CFACCESS_WHEN_STALE_REFUSE", uint32(cfaccess.WhenStaleRefuse))
	expectConstant(t, header, "CFACCESS_WHEN_STALE_CONTINUE", uint32(cfaccess.WhenStaleContinue))
	if name := cfaccess.TargetKind(0).String(); name != "none" {
		t.Error(name)
	}
}
