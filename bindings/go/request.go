package cfaccess

// #cgo noescape cfaccess_go_verify_request
// #cgo nocallback cfaccess_go_verify_request
// #include "waiting.h"
import "C"

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"time"
	"unsafe"
)

// The names of the headers that are read, in which the case of letters does not matter.
const (
	assertionHeader = "Cf-Access-Jwt-Assertion"
	emailHeader     = "Cf-Access-Authenticated-User-Email"
	cookieHeader    = "Cookie"
)

// VerifyRequest verifies the token of a request by the system's clock, and that the request does
// not name another identity.
//
// The token is the value of the header Cf-Access-Jwt-Assertion or, if that header is missing
// and [Config.AcceptCookie] is set, of the cookie CF_Authorization. The header
// Cf-Access-Authenticated-User-Email is treated as [Config.EmailHeader] says. No other header is
// read. Names are compared without regard to case, even in a map that was not made by net/http.
//
// It waits as [Verifier.VerifyContext] does with the context of the request.
//
// Errors: [ErrNoToken] if there is no token or it is empty; [ErrMalformed] if there is more than
// one header, or several cookies of different principals or of none; those of VerifyContext; then
// [ErrIdentityMismatch]. [ErrNullArgument] if the request is nil.
func (v *Verifier) VerifyRequest(request *http.Request) (*Claims, error) {
	if request == nil {
		return nil, refuse(ErrNullArgument, "the request is nil")
	}
	return v.verifyHeaderNow(request.Context(), request.Header)
}

// VerifyRequestAt does what [Verifier.VerifyRequest] does as if the clock stood at the given time,
// for tests and replays. Fractions of a second are dropped. A call that waits for a fetch holds a
// thread, whatever the context.
//
// Errors: those of VerifyRequest; [ErrInvalidArgument] if the time is before 1970 (as the zero Time
// is) or more than 2^53 - 1 seconds after it.
func (v *Verifier) VerifyRequestAt(request *http.Request, at time.Time) (*Claims, error) {
	if request == nil {
		return nil, refuse(ErrNullArgument, "the request is nil")
	}
	return v.verifyHeader(request.Header, true, at.Unix())
}

// VerifyHeader does what [Verifier.VerifyRequest] does with the headers of a request, for which no
// context ends the wait. A nil Header is one without a token.
//
// Errors: those of VerifyRequest.
func (v *Verifier) VerifyHeader(header http.Header) (*Claims, error) {
	return v.verifyHeaderNow(context.Background(), header)
}

// VerifyHeaderContext does what [Verifier.VerifyRequest] does with the context and the headers of a
// request, for protocols that have those but no [http.Request].
//
// Errors: those of VerifyRequest.
func (v *Verifier) VerifyHeaderContext(ctx context.Context, header http.Header) (*Claims, error) {
	return v.verifyHeaderNow(ctx, header)
}

// VerifyHeaderAt does what [Verifier.VerifyRequestAt] does with the headers of a request.
//
// Errors: those of VerifyRequestAt.
func (v *Verifier) VerifyHeaderAt(header http.Header, at time.Time) (*Claims, error) {
	return v.verifyHeader(header, true, at.Unix())
}

func (v *Verifier) verifyHeaderNow(ctx context.Context, header http.Header) (*Claims, error) {
	claims, err := v.verifyHeader(header, false, 0)
	if !isPending(err) {
		return claims, err
	}
	// Converted before waiting: what waits may outlast the call, and then the caller may change the header.
	request := relevantHeaders(header)
	return awaitVerdict(ctx, v.waiters, v.repeats, err, func(wait bool) (*Claims, error) {
		if wait {
			return v.verifyRequestWaiting(request)
		}
		return v.verifyRequest(request, false, 0)
	})
}

func (v *Verifier) verifyHeader(header http.Header, useNow bool, now int64) (*Claims, error) {
	return v.verifyRequest(relevantHeaders(header), useNow, now)
}

func (v *Verifier) verifyRequest(request C.cfaccess_go_request, useNow bool, now int64) (*Claims, error) {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil, err
	}
	var verdict C.cfaccess_go_verdict
	C.cfaccess_go_verify_request(pointer, request, flag(useNow), C.int64_t(now), &verdict)
	runtime.KeepAlive(request) // noescape alone does not do that in Go 1.24
	stripe.RUnlock()
	return v.conclude(&verdict)
}

// verifyRequestWaiting waits for the fetch that the request needs, and holds a thread until then.
func (v *Verifier) verifyRequestWaiting(request C.cfaccess_go_request) (*Claims, error) {
	pointer, stripe, err := v.borrow()
	if err != nil {
		return nil, err
	}
	var verdict C.cfaccess_go_verdict
	C.cfaccess_go_verify_request_waiting(pointer, request, &verdict)
	stripe.RUnlock()
	return v.conclude(&verdict)
}

// relevantHeaders returns the headers that the library reads, in the form of request.h.
func relevantHeaders(header http.Header) C.cfaccess_go_request {
	var request C.cfaccess_go_request
	var buffer [1]string
	cookies := buffer[:0]
	for name, values := range header {
		switch {
		case len(name) == len(assertionHeader) && strings.EqualFold(name, assertionHeader):
			request.assertions_len = add(request.assertions[:], request.assertions_len, values)
		case len(name) == len(emailHeader) && strings.EqualFold(name, emailHeader):
			request.emails_len = add(request.emails[:], request.emails_len, values)
		case len(name) == len(cookieHeader) && strings.EqualFold(name, cookieHeader):
			cookies = append(cookies, values...)
		}
	}
	if len(cookies) > 1 {
		cookies = []string{strings.Join(cookies, "; ")}
	}
	request.cookies_len = add(request.cookies[:], 0, cookies)
	return request
}

// add puts values after the first count places, as far as there are places, and gives the new count.
func add(places []C.cfaccess_go_value, count C.size_t, values []string) C.size_t {
	for _, value := range values {
		if int(count) == len(places) {
			break
		}
		places[count] = C.cfaccess_go_value{
			text:   (*C.char)(unsafe.Pointer(unsafe.StringData(value))),
			length: C.size_t(len(value)),
		}
		count++
	}
	return count
}
