package cfaccess

// #cgo noescape cfaccess_go_guard_ask
// #cgo nocallback cfaccess_go_guard_ask
// #include "guard.h"
import "C"

import (
	"errors"
	"net/http"
	"runtime"
	"unsafe"
)

// decide returns the claims of a request, openRequest for one that is open, or why it is refused.
func (g *guard) decide(r *http.Request, joined *joinedRequest) (*Claims, *refusal) {
	claims, err := g.ask(joined)
	if err == nil || !isPending(err) {
		return claims, err
	}
	return g.wait(r, joined.clone(), err)
}

// wait continues a decision that is pending. If the wait ends without another one, its answer stands.
func (g *guard) wait(r *http.Request, joined *joinedRequest, pending *refusal) (*Claims, *refusal) {
	// The library does not count the pending decisions of a guard, so there are no repeats to subtract.
	claims, err := awaitVerdict(r.Context(), g.waiters[pending.route], &repeats{}, pending, func(wait bool) (*Claims, error) {
		claims, refused := g.tryAgain(joined, wait)
		if refused != nil {
			return nil, refused
		}
		return claims, nil
	})
	if err == nil {
		return claims, nil
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return nil, refused
	}
	return nil, &refusal{accessError(err), pending.answer, pending.route}
}

// ask is one crossing for claims that were handed out before. It may be declared nocallback, since fetches
// and their log run on threads of the library.
func (g *guard) ask(joined *joinedRequest) (*Claims, *refusal) {
	if g.now != nil {
		return g.conclude(C.cfaccess_go_guard_decide_at(g.pointer, joined.pointer(), C.size_t(len(joined.text)),
			C.size_t(joined.parts), C.int64_t(*g.now)))
	}
	collectGarbage()
	asked := C.cfaccess_go_guard_ask(C.uintptr_t(uintptr(unsafe.Pointer(g.pointer))), joined.pointer(),
		C.size_t(len(joined.text)), C.size_t(joined.parts))
	runtime.KeepAlive(joined) // noescape alone does not do that in Go 1.24
	runtime.KeepAlive(g)
	if claims := g.table.find(uint64(asked.id)); claims != nil {
		return claims, nil
	}
	if asked.decision == nil { // the claims are in the library's cache only
		claims, err := g.tryAgain(joined, false)
		g.countRepeatedHit()
		return claims, err
	}
	return g.conclude(asked.decision)
}

// countRepeatedHit corrects the stats of its verifier. Of several it is not known whose hit it was.
func (g *guard) countRepeatedHit() {
	if len(g.verifiers) == 1 {
		g.verifiers[0].repeats.hits.Add(1)
	}
}

// tryAgain decides without a lookup. With wait it waits inside the library for the fetch that the request
// needs, and holds a thread until then.
func (g *guard) tryAgain(joined *joinedRequest, wait bool) (*Claims, *refusal) {
	length, parts := C.size_t(len(joined.text)), C.size_t(joined.parts)
	if wait {
		return g.conclude(C.cfaccess_go_guard_decide(g.pointer, joined.pointer(), length, parts))
	}
	return g.conclude(C.cfaccess_go_guard_try_decide(g.pointer, joined.pointer(), length, parts))
}

// conclude turns a decision into Go's results, and frees it.
func (g *guard) conclude(decision *C.cfaccess_decision) (*Claims, *refusal) {
	defer runtime.KeepAlive(g)
	defer C.cfaccess_decision_free(decision)
	switch decision.kind {
	case C.CFACCESS_DECISION_OPEN:
		return openRequest, nil
	case C.CFACCESS_DECISION_ALLOWED:
		return g.claimsOf(decision), nil
	default:
		return nil, newRefusal(decision)
	}
}

func (g *guard) claimsOf(decision *C.cfaccess_decision) *Claims {
	if claims := g.table.find(uint64(decision.claims_id)); claims != nil {
		return claims
	}
	numbers := C.cfaccess_go_numbers_of(decision.claims)
	claims := newClaims(&numbers, textOf(decision.claims.block))
	if decision.email.ptr != nil {
		email := textOf(decision.email)
		claims.emailHeader = &email
		claims.size += int64(len(email)) + int64(unsafe.Sizeof(email))
	}
	g.table.keep(claims)
	return claims
}

// textOf copies a text of the library.
func textOf(text C.cfaccess_str) string {
	return C.GoStringN(text.ptr, C.int(text.len))
}

func accessError(err error) *AccessError {
	var refusal *AccessError
	if errors.As(err, &refusal) {
		return refusal
	}
	return &AccessError{Status: "INTERNAL", HTTPStatus: http.StatusInternalServerError, Message: "an unknown error"}
}
