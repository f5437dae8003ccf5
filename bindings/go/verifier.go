package cfaccess

// #cgo noescape cfaccess_go_lookup
// #cgo nocallback cfaccess_go_lookup
// #cgo noescape cfaccess_go_verify
// #cgo nocallback cfaccess_go_verify
// #include "verdict.h"
import "C"

import (
	"context"
	"runtime"
	"time"
	"unsafe"
)

// Verifier verifies the tokens of one application. It may be used by several goroutines at once.
type Verifier struct {
	handle *handle[*C.cfaccess_verifier]
	room   *waitingRoom // that of its keys
	table  *claimsTable // nil if nothing is kept
}

// NewVerifier makes a verifier of what one application accepts and the keys of its team. The
// configuration is copied; the keys are shared, so that all its verifiers see every change of them.
//
// Errors: [ErrInvalidConfig] names the field that is wrong and what was expected, also if the keys
// are fetched for another team; [ErrNullArgument] if keys is nil; [ErrInvalidArgument] if keys is
// closed.
func NewVerifier(config Config, keys *Keys) (*Verifier, error) {
	keysPointer, door, err := keys.borrow()
	if err != nil {
		return nil, err
	}
	defer keys.giveBack(door)
	configPointer, err := config.build()
	if err != nil {
		return nil, err
	}
	defer C.cfaccess_config_free(configPointer)
	made := C.cfaccess_go_verifier_new(configPointer, keysPointer)
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	verifier := &Verifier{room: keys.room, table: newClaimsTable(config.cacheBounds())}
	verifier.handle = newHandle(verifier, made.verifier, "the Verifier is", freeVerifier)
	return verifier, nil
}

func freeVerifier(verifier *C.cfaccess_verifier) {
	C.cfaccess_verifier_free(verifier)
}

// Verify checks a token in compact form, without "Bearer " or white space around it, by the
// system's clock. The claims are those of the token, and only of a token that holds in every point.
//
// A token that was verified before is only looked up, as long as it still holds: at a hundredth of the
// cost and less, without an allocation, and with the Claims of the first time.
//
// If the token names a key that is not there and keys are fetched, Verify waits for the fetch, at
// most for [RemoteOptions.Timeout]; any number of goroutines may wait at once. No other token waits.
//
// Checks run in a fixed order, and the first that fails names the error. By step:
//  1. form: [ErrOpaqueToken], [ErrMalformed], [ErrTooLarge]
//  2. header: [ErrMalformed], [ErrUnsupportedAlgorithm], [ErrUnsupportedHeader]
//  3. key and signature: [ErrUnknownKey], [ErrBadSignature]
//  4. claims: [ErrMalformedClaims], [ErrMissingClaim], [ErrInvalidClaim]
//  5. policy: [ErrWrongIssuer], [ErrWrongAudience], [ErrWrongTokenType], [ErrExpired], [ErrNotYetValid],
//     [ErrSessionTooLong], [ErrSessionTooOld], [ErrAmbiguousIdentity], [ErrServiceNotAllowed]
//
// Besides: [ErrKeysUnavailable] in place of ErrUnknownKey while no keys are in force;
// [ErrKeysPending] if their fetch takes longer than the call may wait; [ErrInvalidArgument] if the
// Verifier is closed; [ErrInternal].
func (v *Verifier) Verify(token string) (*Claims, error) {
	if claims := v.lookUp(token); claims != nil {
		return claims, nil
	}
	claims, err := v.verify(token, false, 0)
	if !isPending(err) {
		return claims, err
	}
	try := func() (*Claims, error) { return v.verify(token, false, 0) }
	return v.room.verify(context.Background(), try, func() { v.wait(token) })
}

// VerifyAt does what [Verifier.Verify] does as if the clock stood at the given time, for tests and
// replays. Fractions of a second are dropped. A call that waits for a fetch holds a thread.
//
// Errors: those of Verify; [ErrInvalidArgument] if the time is before 1970 (as the zero Time is)
// or more than 2^53 - 1 seconds after it.
func (v *Verifier) VerifyAt(token string, at time.Time) (*Claims, error) {
	return v.verify(token, true, at.Unix())
}

// lookUp gives the claims that were handed out before for this token, if the library says that they
// still hold; nil whenever verify should be asked.
func (v *Verifier) lookUp(token string) *Claims {
	if v == nil || v.table == nil {
		return nil
	}
	pointer, door, err := v.borrow()
	if err != nil {
		return nil
	}
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	id := C.cfaccess_go_lookup(C.uintptr_t(uintptr(unsafe.Pointer(pointer))), text, C.size_t(len(token)))
	runtime.KeepAlive(text) // noescape alone does not do that in Go 1.24
	v.giveBack(door)
	return v.table.find(uint64(id))
}

// verify may promise nocallback, since fetches and their log run on threads of the library.
func (v *Verifier) verify(token string, useNow bool, now int64) (*Claims, error) {
	pointer, door, err := v.borrow()
	if err != nil {
		return nil, err
	}
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	var verdict C.cfaccess_go_verdict
	C.cfaccess_go_verify(pointer, text, C.size_t(len(token)), flag(useNow), C.int64_t(now), &verdict)
	runtime.KeepAlive(text) // noescape alone does not do that in Go 1.24
	v.giveBack(door)
	return v.conclude(&verdict)
}

// wait returns when the fetch that the token needs is over. It holds a thread until then.
func (v *Verifier) wait(token string) {
	pointer, door, err := v.borrow()
	if err != nil {
		return
	}
	defer v.giveBack(door)
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	C.cfaccess_go_wait(pointer, text, C.size_t(len(token)))
}

func flag(set bool) C.int {
	if set {
		return 1
	}
	return 0
}

// Warnings tells what looks like a mistake in the configuration without being wrong for certain,
// one line each; nil if nothing does, and of a closed Verifier.
func (v *Verifier) Warnings() []string {
	pointer, door, err := v.borrow()
	if err != nil {
		return nil
	}
	defer v.giveBack(door)
	var warnings []string
	for {
		warning := C.cfaccess_verifier_warning(pointer, C.size_t(len(warnings)))
		if warning == nil {
			return warnings
		}
		warnings = append(warnings, C.GoString(warning))
	}
}

// Close frees the verifier and what it keeps. Claims that were handed out stay. Calls that wait for a fetch are refused with [ErrInvalidArgument] when
// that is over. Closing again does nothing.
func (v *Verifier) Close() {
	if v != nil {
		v.handle.close()
		v.table.close()
	}
}

func (v *Verifier) borrow() (*C.cfaccess_verifier, *door, error) {
	if v == nil {
		return nil, nil, refuse(ErrNullArgument, "the Verifier is nil")
	}
	return v.handle.borrow()
}

func (v *Verifier) giveBack(door *door) {
	door.giveBack()
	runtime.KeepAlive(v)
}
