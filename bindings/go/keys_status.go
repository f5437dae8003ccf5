package cfaccess

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"time"
)

// KeysStatus describes the keys in force and, for keys that are fetched, their fetches. In JSON its members
// have the names and units that they have in all languages, and durations are in seconds.
type KeysStatus struct {
	// Source is the source of the keys: "json", "file" or "remote".
	Source string `json:"source"`
	// Keys are the keys that tokens are verified with.
	Keys []Key `json:"keys"`
	// Skipped are the keys of the document that cannot be used.
	Skipped []SkippedKey `json:"skipped"`

	// The rest describes keys that are fetched. For others it is nil, empty and 0.

	// Age is how long ago the endpoint last confirmed the keys in force; nil if it never did.
	Age *time.Duration `json:"age"`
	// NextRefresh is the time until a fetch is due. It begins with the first verification after that.
	NextRefresh *time.Duration `json:"next_refresh"`
	// LastError says in one line why the last fetch, or the copy on disk, failed; empty after a
	// success.
	LastError string `json:"last_error"`
	// Fetches is the number of fetches begun.
	Fetches int64 `json:"fetches"`
	// Failures is the number of those that returned no usable keys.
	Failures int64 `json:"failures"`
	// NotModified is the number of those that were answered with HTTP 304.
	NotModified int64 `json:"not_modified"`
	// Suppressed is how often a key was needed that could not be fetched at once.
	Suppressed int64 `json:"suppressed"`
}

// Key is a public key that tokens are verified with.
type Key struct {
	// KeyID is its "kid", by which tokens name it.
	KeyID string `json:"kid"`
	// SHA256 is the fingerprint of the key (its DER SubjectPublicKeyInfo) in hex digits.
	SHA256 string `json:"sha256"`
	// Bits is the length of the modulus.
	Bits int `json:"bits"`
}

// SkippedKey is a key of the document that cannot be used.
type SkippedKey struct {
	// KeyID is its "kid", empty if it has none.
	KeyID string `json:"kid"`
	// Reason says in one line why it cannot be used.
	Reason string `json:"reason"`
}

// Status returns which keys are in force, which were skipped and why, and for keys that are fetched the state of
// their fetches. It never waits.
//
// Errors: [ErrInvalidArgument] if the Keys are closed.
func (k *Keys) Status() (KeysStatus, error) {
	var status KeysStatus
	pointer, stripe, err := k.borrow()
	if err != nil {
		return status, err
	}
	defer stripe.RUnlock()
	made := C.cfaccess_go_keys_status(pointer)
	if err := outcomeError(made.outcome); err != nil {
		return status, err
	}
	defer C.cfaccess_string_free(made.string)
	if err := json.Unmarshal([]byte(C.GoString(made.string)), &status); err != nil {
		return status, refuse(ErrInternal, "the library returned its status in another form")
	}
	return status, nil
}

// keysStatusJSON is a status with its durations in seconds: its own members hide the embedded members of the
// same names.
type keysStatusJSON struct {
	keysStatusFields
	Age         *float64 `json:"age"`
	NextRefresh *float64 `json:"next_refresh"`
}

// keysStatusFields has no methods, so that MarshalJSON and UnmarshalJSON do not call themselves.
type keysStatusFields KeysStatus

// MarshalJSON returns durations in seconds.
func (s KeysStatus) MarshalJSON() ([]byte, error) {
	return json.Marshal(keysStatusJSON{keysStatusFields(s), seconds(s.Age), seconds(s.NextRefresh)})
}

// UnmarshalJSON takes durations in seconds.
func (s *KeysStatus) UnmarshalJSON(text []byte) error {
	var read keysStatusJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*s = KeysStatus(read.keysStatusFields)
	s.Age, s.NextRefresh = duration(read.Age), duration(read.NextRefresh)
	return nil
}

func seconds(duration *time.Duration) *float64 {
	if duration == nil {
		return nil
	}
	number := duration.Seconds()
	return &number
}

func duration(seconds *float64) *time.Duration {
	if seconds == nil {
		return nil
	}
	length := time.Duration(*seconds * float64(time.Second))
	return &length
}
