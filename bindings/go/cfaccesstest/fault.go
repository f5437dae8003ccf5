package cfaccesstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// tokenFault makes a token that is wrong in one way; status is what the library says of it.
type tokenFault struct {
	status string
	spoil  func(draft) (string, error)
}

// The faults of a token, and of the headers of a request.
var (
	tokenFaults = map[string]tokenFault{
		"token-cut": {"MALFORMED", func(d draft) (string, error) {
			token, err := d.signed()
			return token[:strings.LastIndexByte(token, '.')+1], err
		}},
		"token-large":  {"TOO_LARGE", claimFault("custom", map[string]any{"filler": strings.Repeat("x", 17_000)})},
		"token-opaque": {"OPAQUE_TOKEN", func(draft) (string, error) { return "oauth:8f2b6cbb1d2e4b1f", nil }},
		"alg-none":     {"UNSUPPORTED_ALGORITHM", headerFault(map[string]any{"alg": "none"})},
		"alg-hs256":    {"UNSUPPORTED_ALGORITHM", hmacWithThePublicKey},
		"crit":         {"UNSUPPORTED_HEADER", headerFault(map[string]any{"crit": []string{"b64"}, "b64": true})},
		"key-unknown": {"UNKNOWN_KEY", func(d draft) (string, error) {
			stranger, err := newSigningKey()
			if err != nil {
				return "", err
			}
			d = d.withHeader(map[string]any{"kid": stranger.kid})
			d.key = stranger
			return d.signed()
		}},
		"signature-bad":     {"BAD_SIGNATURE", oneBit},
		"claims-duplicate":  {"MALFORMED_CLAIMS", duplicate},
		"claim-missing-exp": {"MISSING_CLAIM", claimFault("exp", nil)},
		"claim-exp-text": {"INVALID_CLAIM", func(d draft) (string, error) {
			exp, _ := d.claims["exp"].(int64)
			return d.withClaims(map[string]any{"exp": strconv.FormatInt(exp, 10)}).signed()
		}},
		"wrong-team": {"WRONG_ISSUER", claimFault("iss", "https://other.cloudflareaccess.com")},
		"wrong-app":  {"WRONG_AUDIENCE", claimFault("aud", []string{strings.Repeat("0", 64)})},
		"type-org":   {"WRONG_TOKEN_TYPE", claimFault("type", "org")},
		"type-meta":  {"MISSING_CLAIM", withoutEnd("meta")},
		"type-match": {"MISSING_CLAIM", withoutEnd("match")},
		"expired": {"EXPIRED", func(d draft) (string, error) {
			issued, _ := d.claims["iat"].(int64)
			expires, _ := d.claims["exp"].(int64)
			return d.moved(issued - expires - 3_600).signed()
		}},
		"future": {"NOT_YET_VALID", func(d draft) (string, error) { return d.moved(3_600).signed() }},
		"too-long": {"SESSION_TOO_LONG", func(d draft) (string, error) {
			issued, _ := d.claims["iat"].(int64)
			return d.withClaims(map[string]any{"exp": issued + 2_629_000}).signed()
		}},
		"identity-none": {"AMBIGUOUS_IDENTITY", func(d draft) (string, error) {
			return d.withClaims(map[string]any{"sub": "", "email": nil, "common_name": nil}).signed()
		}},
		"identity-both": {"AMBIGUOUS_IDENTITY", claimFault("common_name", clientIDOf("ci"))},
	}

	headerFaults = map[string]string{
		"token-missing": "NO_TOKEN",
		"email-other":   "IDENTITY_MISMATCH",
		"header-twice":  "MALFORMED",
	}
)

// Faults returns the names of all faults, sorted.
func Faults() []string {
	return slices.Sorted(maps.Keys(statuses()))
}

// FaultStatus returns the status that the library gives for a fault, or "" for a name that is none.
func FaultStatus(name string) string { return statuses()[name] }

func statuses() map[string]string {
	all := maps.Clone(headerFaults)
	for name, fault := range tokenFaults {
		all[name] = fault.status
	}
	return all
}

func claimFault(name string, value any) func(draft) (string, error) {
	return func(d draft) (string, error) { return d.withClaims(map[string]any{name: value}).signed() }
}

// withoutEnd makes a token of a type that has neither an issuer nor an end.
func withoutEnd(typ string) func(draft) (string, error) {
	return func(d draft) (string, error) {
		return d.withClaims(map[string]any{"type": typ, "iss": nil, "exp": nil}).signed()
	}
}

func headerFault(members map[string]any) func(draft) (string, error) {
	return func(d draft) (string, error) { return d.withHeader(members).signed() }
}

func hmacWithThePublicKey(d draft) (string, error) {
	public, err := d.key.publicPEM()
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(d.claims)
	if err != nil {
		return "", err
	}
	return d.withHeader(map[string]any{"alg": "HS256"}).compact(payload, func(message string) ([]byte, error) {
		code := hmac.New(sha256.New, public)
		code.Write([]byte(message))
		return code.Sum(nil), nil
	})
}

func oneBit(d draft) (string, error) {
	payload, err := json.Marshal(d.claims)
	if err != nil {
		return "", err
	}
	return d.compact(payload, func(message string) ([]byte, error) {
		signature, err := d.key.sign(message)
		if err == nil {
			signature[100] ^= 1
		}
		return signature, err
	})
}

func duplicate(d draft) (string, error) {
	payload, err := json.Marshal(d.claims)
	if err != nil {
		return "", err
	}
	return d.compact(append([]byte(`{"type":"app",`), payload[1:]...), d.key.sign)
}
