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
func conclude(verdict *C.cfaccess_go_verdict) (*Claims, error) {
	if verdict.status != C.CFACCESS_STATUS_OK {
		return nil, statusError(int32(verdict.status), verdictText(verdict))
	}
	return newClaims(verdict), nil
}

// newClaims makes Go-owned claims. Their strings are all parts of one.
func newClaims(verdict *C.cfaccess_go_verdict) *Claims {
	text := verdictText(verdict)
	claims := &Claims{
		Kind:          Kind(verdict.kind),
		Issuer:        part(text, verdict.issuer),
		PrincipalID:   part(text, verdict.principal_id),
		Subject:       part(text, verdict.subject),
		Email:         part(text, verdict.email),
		CommonName:    part(text, verdict.common_name),
		IssuedAt:      unixTime(verdict.issued_at),
		ExpiresAt:     unixTime(verdict.expires_at),
		EndsAt:        unixTime(verdict.ends_at),
		IdentityNonce: part(text, verdict.identity_nonce),
		Nonce:         part(text, verdict.nonce),
		Session:       part(text, verdict.session),
		Country:       part(text, verdict.country),
		TokenType:     part(text, verdict.token_type),
		Custom:        JSON(part(text, verdict.custom)),
		Payload:       JSON(part(text, verdict.payload)),
		present:       Claim(verdict.present),
	}
	if claims.Has(ClaimNotBefore) {
		claims.NotBefore = unixTime(verdict.not_before)
	}
	claims.Audiences = claims.room[:0]
	rest := part(text, verdict.audiences)
	for range int(verdict.audience_count) {
		var audience string
		audience, rest, _ = strings.Cut(rest, "\x00")
		claims.Audiences = append(claims.Audiences, audience)
	}
	return claims
}

func part(text string, span C.cfaccess_go_span) string {
	return text[span.start : span.start+span.length]
}

func unixTime(seconds C.int64_t) time.Time {
	return time.Unix(int64(seconds), 0).UTC()
}
