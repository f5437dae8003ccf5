package cfaccess

// #include "shim.h"
import "C"

import (
	"runtime"
	"time"
	"unsafe"
)

// Explain describes for people why a token is refused at a given time: it makes every check that can be
// made, not only those up to the first that fails. The result is a JSON object whose list "checks" has an
// object for each: "check", "result" ("passed" or "failed"), "expected", "found", and "status" and
// "message" if it failed. Its list "warnings" has the lines of [Verifier.Warnings].
//
// It is not a verdict, and no member of it says whether the token is accepted: only
// [Verifier.Verify] and [Verifier.VerifyRequest] do. It shows claims whether or not the
// signature is valid, so keep it from anyone who must not see them; it never shows the signature. It uses
// the keys in force and never waits for others.
//
// Errors, none of which says anything about the token: [ErrInvalidArgument] if the time is before
// 1970 or more than 2^53 - 1 seconds after it, or the Verifier is closed.
func (v *Verifier) Explain(token string, at time.Time) (JSON, error) {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return "", err
	}
	defer stripe.RUnlock()
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(token)))
	made := C.cfaccess_go_explain(pointer, text, C.size_t(len(token)), C.int64_t(at.Unix()))
	runtime.KeepAlive(token)
	if err := outcomeError(made.outcome); err != nil {
		return "", err
	}
	defer C.cfaccess_string_free(made.string)
	return JSON(C.GoString(made.string)), nil
}
