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

// conclude turns what a verification gave into the results of its function.
func (v *Verifier) conclude(verdict *C.cfaccess_go_verdict) (*Claims, error) {
	if verdict.status != C.CFACCESS_STATUS_OK {
		return nil, statusError(int32(verdict.status), verdictText(verdict))
	}
	if claims := v.table.find(uint64(verdict.id)); claims != nil {
		if verdict.claims != 0 {
			C.cfaccess_go_claims_drop(verdict.claims)
		}
		return claims, nil
	}
	claims := newClaims(verdict)
	v.table.keep(claims)
	return claims, nil
}

// newClaims makes Go-owned claims. Their strings are all parts of one.
func newClaims(verdict *C.cfaccess_go_verdict) *Claims {
	text := verdictText(verdict)
	claims := &Claims{
		id:            uint64(verdict.id),
		kind:          Kind(verdict.kind),
		present:       Claim(verdict.present),
		issuer:        part(text, verdict.issuer),
		principalID:   part(text, verdict.principal_id),
		subject:       part(text, verdict.subject),
		email:         part(text, verdict.email),
		commonName:    part(text, verdict.common_name),
		identityNonce: part(text, verdict.identity_nonce),
		nonce:         part(text, verdict.nonce),
		session:       part(text, verdict.session),
		country:       part(text, verdict.country),
		tokenType:     part(text, verdict.token_type),
		custom:        JSON(part(text, verdict.custom)),
		payload:       JSON(part(text, verdict.payload)),
		issuedAt:      unixTime(verdict.issued_at),
		expiresAt:     unixTime(verdict.expires_at),
		endsAt:        unixTime(verdict.ends_at),
	}
	if claims.Has(ClaimNotBefore) {
		claims.notBefore = unixTime(verdict.not_before)
	}
	claims.audiences = claims.room[:0]
	rest := part(text, verdict.audiences)
	for range int(verdict.audience_count) {
		var audience string
		audience, rest, _ = strings.Cut(rest, "\x00")
		claims.audiences = append(claims.audiences, audience)
	}
	claims.size = int64(int(unsafe.Sizeof(*claims)) + len(text) + cap(claims.audiences)*int(unsafe.Sizeof("")))
	return claims
}

func part(text string, span C.cfaccess_go_span) string {
	return text[span.start : span.start+span.length]
}

func unixTime(seconds C.int64_t) time.Time {
	return time.Unix(int64(seconds), 0).UTC()
}
