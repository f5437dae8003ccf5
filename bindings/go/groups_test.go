package cfaccess_test

import (
	"slices"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestGroups(t *testing.T) {
	verifier := acmeVerifier(t)
	signer := newMinter(t, "acme-1")
	for name, test := range map[string]struct {
		custom any
		groups []string
		state  cfaccess.GroupsState
	}{
		"no custom claims":    {nil, nil, cfaccess.GroupsUnknown},
		"no groups in them":   {object{"department": "it"}, nil, cfaccess.GroupsUnknown},
		"in other letters":    {object{"Groups": []string{"staff"}}, nil, cfaccess.GroupsUnknown},
		"an empty list":       {object{"groups": []string{}}, nil, cfaccess.GroupsAbsent},
		"null":                {object{"groups": nil}, nil, cfaccess.GroupsAbsent},
		"strings":             {object{"groups": []string{"staff", "größe", "a/b"}}, []string{"staff", "größe", "a/b"}, cfaccess.GroupsPresent},
		"objects with names":  {object{"groups": []object{{"id": "1", "email": "a@b", "name": "staff"}}}, []string{"staff"}, cfaccess.GroupsPresent},
		"objects with emails": {object{"groups": []object{{"id": "1", "email": "staff@example.com"}}}, []string{"staff@example.com"}, cfaccess.GroupsPresent},
		"objects with ids":    {object{"groups": []object{{"id": "1", "name": ""}}}, []string{"1"}, cfaccess.GroupsPresent},
		"both forms":          {object{"groups": []any{"staff", object{"id": "1"}}}, []string{"staff", "1"}, cfaccess.GroupsPresent},
		"a number among them": {object{"groups": []any{"staff", 1}}, nil, cfaccess.GroupsUnknown},
		"an object of others": {object{"groups": []any{object{"gid": "1"}}}, nil, cfaccess.GroupsUnknown},
		"one string":          {object{"groups": "staff"}, []string{"staff"}, cfaccess.GroupsPresent},
		"an object":           {object{"groups": object{"name": "staff"}}, nil, cfaccess.GroupsUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			claims := mustVerify(t, verifier, signer.token(t, personClaims(object{"custom": test.custom})))

			groups, state := claims.Groups()

			if state != test.state || !slices.Equal(groups, test.groups) {
				t.Errorf("got %v %q, expected %v %q", state, groups, test.state, test.groups)
			}
		})
	}
}

func TestGroupsInAnUnknownFormAreUnknown(t *testing.T) {
	for _, custom := range []cfaccess.JSON{"", "null", "[]", "{", `"groups"`} {
		if groups, state := cfaccess.ClaimsWithCustom(custom).Groups(); state != cfaccess.GroupsUnknown || groups != nil {
			t.Errorf("%q: got %v %q", custom, state, groups)
		}
	}
}

func TestTheNamesOfTheStatesOfGroups(t *testing.T) {
	for state, want := range map[cfaccess.GroupsState]string{
		cfaccess.GroupsUnknown: "unknown", cfaccess.GroupsAbsent: "absent", cfaccess.GroupsPresent: "present", 7: "unknown",
	} {
		if got := state.String(); got != want {
			t.Errorf("%d: got %q, expected %q", state, got, want)
		}
	}
}
