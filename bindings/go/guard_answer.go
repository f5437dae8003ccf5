package cfaccess

// #include "guard.h"
import "C"

import (
	"io"
	"net/http"
	"unsafe"
)

// refusal is the error of a request that the library refused, with the answer to it.
type refusal struct {
	*AccessError
	answer answer
	route  int // its number, or -1
}

type answer struct {
	status  int
	headers []answerHeader
	body    string
}

type answerHeader struct{ name, value string }

// newRefusal copies what it keeps of a decision.
func newRefusal(decision *C.cfaccess_decision) *refusal {
	if decision.warning.ptr != nil {
		warn(textOf(decision.warning))
	}
	made := &refusal{
		AccessError: accessError(statusError(int32(decision.status), textOf(decision.message))),
		answer:      answer{status: int(decision.http_status), body: textOf(decision.body)},
		route:       int(decision.route),
	}
	for _, header := range unsafe.Slice(decision.headers, int(decision.headers_len)) {
		made.answer.headers = append(made.answer.headers, answerHeader{
			name:  C.GoStringN(header.name, C.int(header.name_len)),
			value: C.GoStringN(header.value, C.int(header.value_len)),
		})
	}
	return made
}

func (a *answer) write(w http.ResponseWriter) {
	for _, header := range a.headers {
		switch header.name {
		case "Vary", "Set-Cookie": // those of middlewares outside of this one stay
			w.Header().Add(header.name, header.value)
		default:
			w.Header().Set(header.name, header.value)
		}
	}
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
}

// admission takes a refusal instead of the answer to it. What anyone else writes to it is dropped.
type admission struct {
	refused *AccessError
	header  http.Header
}

func (a *admission) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

func (a *admission) WriteHeader(int) {}

func (a *admission) Write(body []byte) (int, error) { return len(body), nil }
