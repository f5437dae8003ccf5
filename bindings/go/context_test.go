package cfaccess_test

import (
	"context"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestContextGivesTheClaimsPutThere(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))

	ctx := cfaccess.NewContext(context.Background(), claims)

	if found, ok := cfaccess.FromContext(ctx); found != claims || !ok {
		t.Errorf("got %v, %v", found, ok)
	}
	if cfaccess.IsOpen(ctx) {
		t.Error("it is taken for an open path")
	}
}

func TestContextOfNilClaimsHasNone(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))

	ctx := cfaccess.NewContext(cfaccess.NewContext(context.Background(), claims), nil)

	if found, ok := cfaccess.FromContext(ctx); found != nil || ok {
		t.Errorf("got %v, %v", found, ok)
	}
	if cfaccess.IsOpen(ctx) {
		t.Error("it is taken for an open path")
	}
}
