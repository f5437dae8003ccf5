package cfaccess

// #include "verdict.h"
import "C"

import (
	"strings"
	"time"
	"unsafe"
)

// verdictText copies the text of a verdict out of it, in a second crossing if it did not fit.
func verdictText(verdict *C.cfaccess_go_verdict) string {
	if verdict.claims == 0 {
		text := (*byte)(unsafe.Pointer(&verdict.text[0]))
		return strings.Clone(unsafe.String(text, int(verdict.text_length)))
	}
	text := make([]byte, int(verdict.text_length))
	C.cfaccess_go_claims_take(verdict.claims, (*C.char)(unsafe.Pointer(&text[0])))
	return unsafe.String(&text[0], len(text))
}

// conclude turns the outcome of a verification into Go's results.
func (v *Verifier) conclude(verdict *C.cfaccess_go_verdict) (*Claims, error) {
	if verdict.status != C.CFACCESS_STATUS_OK {
		return nil, statusError(int32(verdict.status), verdictText(verdict))
	}
	if claims := v.table.find(uint64(verdict.numbers.id)); claims != nil {
		if verdict.claims != 0 {
			C.cfaccess_go_claims_drop(verdict.claims)
		}
		return claims, nil
	}
	claims := newClaims(&verdict.numbers, verdictText(verdict))
	v.table.keep(claims)
	return claims, nil
}

// newClaims makes Go-owned claims. All of their strings are parts of one, the block of the claims, and are
// read in its order. A later library may have added strings at its end, which are ignored.
func newClaims(numbers *C.cfaccess_go_numbers, text string) *Claims {
	rest := text
	next := func() (part string) {
		part, rest, _ = strings.Cut(rest, "\x00")
		return part
	}
	claims := &Claims{
		id:        uint64(numbers.id),
		kind:      Kind(numbers.kind),
		present:   Claim(numbers.present),
		issuedAt:  unixTime(numbers.issued_at),
		expiresAt: unixTime(numbers.expires_at),
		endsAt:    unixTime(numbers.ends_at),
	}
	if claims.Has(ClaimNotBefore) {
		claims.notBefore = unixTime(numbers.not_before)
	}
	claims.payload = JSON(next())
	claims.issuer = next()
	claims.principalID = next()
	claims.subject = next()
	claims.email = next()
	claims.commonName = next()
	claims.identityNonce = next()
	claims.nonce = next()
	claims.session = next()
	claims.country = next()
	claims.tokenType = next()
	claims.custom = JSON(next())
	claims.audiences = claims.room[:0]
	for range int(numbers.audience_count) {
		claims.audiences = append(claims.audiences, next())
	}
	claims.policyID = next()
	claims.size = int64(int(unsafe.Sizeof(*claims)) + len(text) + cap(claims.audiences)*int(unsafe.Sizeof("")))
	return claims
}

func unixTime(seconds C.int64_t) time.Time {
	return time.Unix(int64(seconds), 0).UTC()
}
