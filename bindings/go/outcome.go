package cfaccess

// #include "shim.h"
import "C"

import (
	"strings"
	"unsafe"
)

// outcomeError turns the outcome of a call into an error, and frees the library's error.
func outcomeError(outcome C.cfaccess_go_outcome) error {
	if outcome.status == C.CFACCESS_STATUS_OK {
		return nil
	}
	defer C.cfaccess_error_free(outcome.error)
	message := C.cfaccess_status_description(C.int32_t(outcome.status))
	if outcome.error != nil {
		message = C.cfaccess_error_message(outcome.error)
	}
	return statusError(int32(outcome.status), C.GoString(message))
}

// statusError makes the error of a status of the library, even one that is newer than this package.
func statusError(number int32, message string) error {
	if known, ok := conditions[number]; ok {
		return &AccessError{Status: known.name, HTTPStatus: known.http, Message: message}
	}
	return &AccessError{Status: libraryStatusName(number), HTTPStatus: libraryStatusHTTP(number), Message: message}
}

func libraryStatusName(number int32) string {
	return C.GoString(C.cfaccess_status_name(C.int32_t(number)))
}

func libraryStatusDescription(number int32) string {
	return C.GoString(C.cfaccess_status_description(C.int32_t(number)))
}

func libraryStatusHTTP(number int32) int {
	return int(C.cfaccess_status_http(C.int32_t(number)))
}

func libraryIsPending(number int32) bool {
	return C.cfaccess_status_is_pending(C.int32_t(number)) != 0
}

// terminated returns the text NUL-terminated. C would stop reading at a NUL inside, so that is refused.
func terminated(what, text string, sentinel error) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, refuse(sentinel, what+" contains a NUL byte")
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text + "\x00"))), nil
}
