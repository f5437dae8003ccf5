package cfaccess

// #cgo noescape cfaccess_go_lookup
// #cgo nocallback cfaccess_go_lookup
// #cgo noescape cfaccess_go_verify
// #cgo nocallback cfaccess_go_verify
// #include "waiting.h"
import "C"

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"
)

// Verifier verifies the tokens of one application. It may be used by several goroutines at once, and a
// copy is the same Verifier.
type Verifier struct {
	handle  *handle[*C.cfaccess_verifier]
	waiters []*fetchWaiters // those of its keys, and of its revocations if there are any
	table   *claimsTable    // nil if nothing is kept
	repeats *repeats

	// The bounds of the library's cache.
	cacheEntries int
	cacheBytes   int64
}

// repeats counts what the library counted more than once: verdicts of a call that were followed by
// another verdict of the same call.
type repeats struct {
	hits               atomic.Uint64
	keysPending        atomic.Uint64
	revocationsPending atomic.Uint64
}

// of returns the count of pending verdicts.
func (r *repeats) of(pending error) *atomic.Uint64 {
	if pending == ErrRevocationsPending {
		return &r.revocationsPending
	}
	return &r.keysPending
}

// NewVerifier makes a verifier from what one application accepts and the keys of its team. The
// configuration is copied; keys and revocations are shared, so that all their verifiers see every change of
// them.
//
// Errors: [ErrInvalidConfig] names the field that is wrong and what was expected, also if the keys or the
// revocations are those of another team, or if the keys are those of a local Access and the team is not
// cfaccess-local, or the other way round; [ErrNullArgument] if keys is nil; [ErrInvalidArgument] if keys or
// revocations are closed.
func NewVerifier(config Config, keys *Keys) (*Verifier, error) {
	keysPointer, stripe, err := keys.borrow()
	if err != nil {
		return nil, err
	}
	defer stripe.RUnlock()
	configPointer, err := config.build()
	if err != nil {
		return nil, err
	}
	defer C.cfaccess_config_free(configPointer)
	made := C.cfaccess_go_verifier_new(configPointer, keysPointer)
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	entries, bytes := config.cacheBounds()
	return &Verifier{
		handle:       newHandle(made.verifier, "the Verifier is", freeVerifier),
		waiters:      config.waiters(keys),
		table:        newClaimsTable(entries, bytes),
		repeats:      &repeats{},
		cacheEntries: entries,
		cacheBytes:   bytes,
	}, nil
}

func freeVerifier(verifier *C.cfaccess_verifier) {
	C.cfaccess_verifier_free(verifier)
}

// Verify verifies a token in compact form (RFC 7515 section 7.1), without "Bearer " or white space
// around it, by the system's clock. The claims are those of the token.
//
// A token that was verified before is only looked up, as long as it is still valid: at a hundredth of the
// cost or less, without an allocation, and with the Claims of the first verification.
//
// If the token names an unknown key and keys are fetched, Verify waits for the fetch, for
// at most [RemoteOptions.Timeout]; any number of goroutines may wait at once. In the same way a token that is
// good otherwise waits for [Config.Revocations] that are due, for at most [RevocationOptions.Timeout]: if the
// store last answered longer ago than the interval, and did not fail. No other token waits.
//
// Checks run in a fixed order, and the first that fails names the error. By step:
//  1. form: [ErrOpaqueToken], [ErrMalformed], [ErrTooLarge]
//  2. header: [ErrMalformed], [ErrUnsupportedAlgorithm], [ErrUnsupportedHeader]
//  3. key and signature: [ErrUnknownKey], [ErrBadSignature]
//  4. claims: [ErrMalformedClaims], [ErrMissingClaim], [ErrInvalidClaim]
//  5. policy: [ErrWrongIssuer], [ErrWrongAudience], [ErrWrongTokenType], [ErrExpired], [ErrNotYetValid],
//     [ErrSessionTooLong], [ErrSessionTooOld], [ErrAmbiguousIdentity], [ErrServiceNotAllowed]
//  6. revocation, if the Config has any: [ErrRevoked], [ErrBlocked], or [ErrRevocationsUnavailable] while it
//     cannot be told
//
// In addition: [ErrKeysUnavailable] in place of ErrUnknownKey while no keys are in force;
// [ErrKeysPending] or [ErrRevocationsPending] if a fetch takes longer than the call may wait; [ErrInvalidArgument] if the
// Verifier is closed; [ErrInternal].
func (v *Verifier) Verify(token string) (*Claims, error) {
	return v.VerifyContext(context.Background(), token)
}

// VerifyContext does what [Verifier.Verify] does, and stops waiting when the context ends. A
// verification that need not wait does not consult the context.
//
// Errors: those of Verify; [ErrKeysPending] or [ErrRevocationsPending] if the context ended first, which
// wraps the error of the context.
func (v *Verifier) VerifyContext(ctx context.Context, token string) (*Claims, error) {
	claims, isHit := v.lookUp(token)
	if claims != nil {
		return claims, nil
	}
	claims, err := v.verify(token, false, 0)
	if isHit {
		v.repeats.hits.Add(1)
	}
	if !isPending(err) {
		return claims, err
	}
	return awaitVerdict(ctx, v.waiters, v.repeats, err, func(wait bool) (*Claims, error) {
		if wait {
			return v.verifyWaiting(token)
		}
		return v.verify(token, false, 0)
	})
}

// VerifyAt does what [Verifier.Verify] does as if the clock stood at the given time, for tests and
// replays. Fractions of a second are dropped. A call that waits for a fetch holds a thread.
//
// Errors: those of Verify; [ErrInvalidArgument] if the time is before 1970 (as the zero Time is)
// or more than 2^53 - 1 seconds after it.
func (v *Verifier) VerifyAt(token string, at time.Time) (*Claims, error) {
	return v.verify(token, true, at.Unix())
}

// lookUp returns the claims that were handed out before for this token, if the library says that they
// are still valid. It returns nil whenever verify should be called, even on a hit in the library's cache.
func (v *Verifier) lookUp(token string) (claims *Claims, isHit bool) {
	if v == nil || v.table == nil {
		return nil, false
	}
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil, false
	}
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	id := C.cfaccess_go_lookup(C.uintptr_t(uintptr(unsafe.Pointer(pointer))), text, C.size_t(len(token)))
	runtime.KeepAlive(text) // noescape alone does not do that in Go 1.24
	stripe.RUnlock()
	return v.table.find(uint64(id)), id != 0
}

// verify may be declared nocallback, since fetches and their log run on threads of the library.
func (v *Verifier) verify(token string, useNow bool, now int64) (*Claims, error) {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil, err
	}
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	var verdict C.cfaccess_go_verdict
	C.cfaccess_go_verify(pointer, text, C.size_t(len(token)), flag(useNow), C.int64_t(now), &verdict)
	runtime.KeepAlive(text) // noescape alone does not do that in Go 1.24
	stripe.RUnlock()
	return v.conclude(&verdict)
}

// verifyWaiting waits for the fetch that the token needs, and holds a thread until then.
func (v *Verifier) verifyWaiting(token string) (*Claims, error) {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil, err
	}
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	var verdict C.cfaccess_go_verdict
	C.cfaccess_go_verify_waiting(pointer, text, C.size_t(len(token)), &verdict)
	stripe.RUnlock()
	return v.conclude(&verdict)
}

func flag(set bool) C.int {
	if set {
		return 1
	}
	return 0
}

// Warnings describe what looks like a mistake in the configuration but may be intended, one line each, such
// as an audience that is not 64 hex digits, or the team of a local Access.
// The list is nil if there are none, and for a closed Verifier.
func (v *Verifier) Warnings() []string {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil
	}
	defer stripe.RUnlock()
	var warnings []string
	for {
		warning := C.cfaccess_verifier_warning(pointer, C.size_t(len(warnings)))
		if warning == nil {
			return warnings
		}
		warnings = append(warnings, C.GoString(warning))
	}
}

// Close frees the verifier and its cache; Claims that were handed out stay valid. It waits for the calls
// in progress. Calls that begin meanwhile or later, and those that wait for a fetch once that is over,
// return [ErrInvalidArgument]. Closing again waits for the first Close.
func (v *Verifier) Close() {
	if v != nil {
		v.handle.close(nil)
		v.table.close()
	}
}

func (v *Verifier) borrow() (*C.cfaccess_verifier, *stripe, error) {
	if v == nil {
		return nil, nil, refuse(ErrNullArgument, "the Verifier is nil")
	}
	return v.handle.borrow()
}
