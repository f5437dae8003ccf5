package cfaccess_test

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// claimByName returns a claim under the name that all languages share, as the method of that name returns it;
// nil if the token has none.
func claimByName(t *testing.T, claims *cfaccess.Claims, name string) any {
	t.Helper()
	if plain(name) == "groups" {
		return groupsByState(claims)
	}
	value := claimMethod(t, claims, name).Call(nil)[0]
	if bit, optional := claimBits(t)[plain(name)]; optional && !claims.Has(bit) {
		if !value.IsZero() {
			t.Errorf("%s is absent, and yet %v", name, value)
		}
		return nil
	}
	switch value := value.Interface().(type) {
	case cfaccess.Kind:
		return value.String()
	case time.Time:
		return value.Unix()
	default:
		return value
	}
}

// groupsByState gives an empty list for none, and nil if the token does not tell.
func groupsByState(claims *cfaccess.Claims) []string {
	groups, state := claims.Groups()
	if state == cfaccess.GroupsAbsent {
		return []string{}
	}
	return groups
}

// claimMethod finds PolicyID for "policy_id".
func claimMethod(t *testing.T, claims *cfaccess.Claims, name string) reflect.Value {
	t.Helper()
	methods := reflect.ValueOf(claims)
	for i := range methods.NumMethod() {
		if plain(methods.Type().Method(i).Name) == plain(name) {
			return methods.Method(i)
		}
	}
	t.Fatalf("Claims has no method for %s", name)
	return reflect.Value{}
}

// allClaims returns every claim by the name of its method.
func allClaims(t *testing.T, claims *cfaccess.Claims) map[string]any {
	t.Helper()
	all := map[string]any{}
	methods := reflect.TypeOf(claims)
	for i := range methods.NumMethod() {
		if method := methods.Method(i); method.Type.NumIn() == 1 && method.Type.NumOut() == 1 {
			all[method.Name] = claimByName(t, claims, method.Name)
		}
	}
	return all
}

var headerBit = regexp.MustCompile(`#define CFACCESS_CLAIM_(\w+) \(1u? << (\d+)\)`)

// claimBits returns the bits of the header by their plain names.
func claimBits(t *testing.T) map[string]cfaccess.Claim {
	t.Helper()
	bits := map[string]cfaccess.Claim{}
	for _, match := range headerBit.FindAllStringSubmatch(readHeader(t), -1) {
		shift, _ := strconv.Atoi(match[2])
		bits[plain(match[1])] = 1 << shift
	}
	return bits
}

// plain makes policyid of PolicyID, policy_id and POLICY_ID.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

func TestTheBitsOfClaimsAreThoseOfTheHeader(t *testing.T) {
	files := token.NewFileSet()
	source, err := parser.ParseFile(files, "claims.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	checker := types.Config{Importer: importer.Default(), Error: func(error) {}}
	checked, _ := checker.Check("claims", files, []*ast.File{source}, nil)

	bits := map[string]cfaccess.Claim{}
	for _, name := range checked.Scope().Names() {
		if declared, ok := checked.Scope().Lookup(name).(*types.Const); ok && strings.HasPrefix(name, "Claim") {
			bit, _ := constant.Uint64Val(declared.Val())
			bits[plain(strings.TrimPrefix(name, "Claim"))] = cfaccess.Claim(bit)
		}
	}

	if want := claimBits(t); len(want) == 0 || !maps.Equal(bits, want) {
		t.Errorf("got %v, the header has %v", bits, want)
	}
}
