package cfaccess_test

import "testing"

func BenchmarkVerify(b *testing.B) {
	verifier := acmeVerifier(b)
	token := newMinter(b, "acme-1").token(b, personClaims(nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.VerifyAt(token, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyParallel(b *testing.B) {
	verifier := acmeVerifier(b)
	token := newMinter(b, "acme-1").token(b, personClaims(nil))
	b.ReportAllocs()
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			if _, err := verifier.VerifyAt(token, now); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkVerifyRefused(b *testing.B) {
	verifier := acmeVerifier(b)
	malformed := newMinter(b, "acme-1").token(b, personClaims(nil)) + "="
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.VerifyAt(malformed, now); err == nil {
			b.Fatal("accepted")
		}
	}
}
