package cfaccess

// #include "guard.h"
import "C"

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// joinedRequest is a request in the form of cfaccess_guard_lookup: parts that each end with a NUL.
type joinedRequest struct {
	text       []byte
	parts      int
	emailNames int // how many headers are spellings of the e-mail header
}

// Larger buffers, which requests with uncommonly many headers need, are left to the garbage collector.
const joinedBytesKept = 32 << 10

var joinedRequests = sync.Pool{New: func() any { return &joinedRequest{text: make([]byte, 0, 4<<10)} }}

// join returns a request until it is released.
func join(r *http.Request) *joinedRequest {
	joined := joinedRequests.Get().(*joinedRequest)
	*joined = joinedRequest{text: joined.text[:0]}
	joined.add(r.Method)
	joined.add(schemeOf(r))
	joined.add(r.Host)
	joined.add(r.URL.Path)
	joined.add(targetOf(r))
	for name, values := range r.Header {
		if isEmailHeader(name) {
			joined.emailNames++
		}
		if !isGuardHeader(name) {
			continue
		}
		for _, value := range values {
			joined.add(name)
			joined.add(value)
		}
	}
	return joined
}

func (j *joinedRequest) add(part string) {
	j.text = append(append(j.text, part...), 0)
	j.parts++
}

func (j *joinedRequest) release() {
	if cap(j.text) <= joinedBytesKept {
		joinedRequests.Put(j)
	}
}

func (j *joinedRequest) clone() *joinedRequest {
	return &joinedRequest{slices.Clone(j.text), j.parts, j.emailNames}
}

func (j *joinedRequest) pointer() *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(j.text)))
}

// schemeOf returns nothing for plain HTTP, since a proxy may have ended TLS.
func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return ""
}

// targetOf returns the target as it was sent. A request that no server received has only its URL.
func targetOf(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RawPath
}

// guardHeaders are the headers that the library reads, as net/http writes them, by the length of their name.
var guardHeaders = func() (byLength [64][]string) {
	for i := C.size_t(0); ; i++ {
		text := C.cfaccess_guard_header(i)
		if text == nil {
			return byLength
		}
		name := http.CanonicalHeaderKey(C.GoString(text))
		byLength[len(name)] = append(byLength[len(name)], name)
	}
}()

func isGuardHeader(name string) bool {
	if len(name) >= len(guardHeaders) {
		return false
	}
	for _, known := range guardHeaders[len(name)] {
		if name == known || strings.EqualFold(name, known) {
			return true
		}
	}
	return false
}
