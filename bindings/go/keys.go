package cfaccess

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"runtime"
	"unsafe"
)

// Keys are the public keys of one Access team. The verifiers of all applications of the team may
// share them. They may be used by several goroutines at once.
type Keys struct {
	handle *handle[*C.cfaccess_keys]
}

// KeysFromJSON reads a JSON Web Key Set as Access serves it at
// https://<team>.cloudflareaccess.com/cdn-cgi/access/certs. The document is at most 1 MiB with
// at most 32 keys; it is not used after the call.
//
// Keys are judged one by one. One that cannot be used (not RSA, not for RS256 signatures, below
// 2,048 or above 4,096 bits, …) is skipped, and [Keys.Status] says why.
//
// Errors: [ErrKeysInvalid] if the document is not a JWK Set, [ErrNoUsableKeys] if no key of it
// can be used.
func KeysFromJSON(document []byte) (*Keys, error) {
	return newKeys(C.cfaccess_go_keys_from_json(bytesPointer(document), C.size_t(len(document))))
}

// KeysFromFile reads the same document from a file, once: changes of the file are not followed.
//
// Errors: those of [KeysFromJSON]; [ErrKeysUnavailable] if the file cannot be read;
// [ErrInvalidArgument] if the path is none.
func KeysFromFile(path string) (*Keys, error) {
	pathText, err := terminated("the path", path, ErrInvalidArgument)
	if err != nil {
		return nil, err
	}
	return newKeys(C.cfaccess_go_keys_from_file(pathText))
}

func newKeys(made C.cfaccess_go_keys) (*Keys, error) {
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	keys := &Keys{}
	keys.handle = newHandle(keys, made.keys, "the Keys are", freeKeys)
	return keys, nil
}

func freeKeys(keys *C.cfaccess_keys) {
	C.cfaccess_keys_free(keys)
}

// LoadJSON replaces the whole set by the keys of another document, for all verifiers that share it.
// A verification that runs at the same time uses either the old set or the new one, never both.
//
// Errors: those of [KeysFromJSON], and then the old set stays in force.
func (k *Keys) LoadJSON(document []byte) error {
	pointer, err := k.borrow()
	if err != nil {
		return err
	}
	defer k.giveBack()
	return outcomeError(C.cfaccess_go_keys_load_json(pointer, bytesPointer(document), C.size_t(len(document))))
}

// KeysStatus says which keys are in force.
type KeysStatus struct {
	// Source is where the keys came from: "json" or "file".
	Source string `json:"source"`
	// Keys are those that tokens are verified with.
	Keys []Key `json:"keys"`
	// Skipped are the keys of the document that cannot be used.
	Skipped []SkippedKey `json:"skipped"`
}

// Key is a public key that tokens are verified with.
type Key struct {
	// KeyID is what a token names it by ("kid").
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

// Status says which keys are in force, and which were skipped and why.
//
// Errors: [ErrInvalidArgument] if the Keys are closed.
func (k *Keys) Status() (KeysStatus, error) {
	var status KeysStatus
	pointer, err := k.borrow()
	if err != nil {
		return status, err
	}
	defer k.giveBack()
	made := C.cfaccess_go_keys_status(pointer)
	if err := outcomeError(made.outcome); err != nil {
		return status, err
	}
	defer C.cfaccess_string_free(made.string)
	if err := json.Unmarshal([]byte(C.GoString(made.string)), &status); err != nil {
		return status, refuse(ErrInternal, "the library described its keys in another form")
	}
	return status, nil
}

// Close frees the keys. Verifiers that were made with them keep what they need. Closing again does
// nothing.
func (k *Keys) Close() {
	if k != nil {
		k.handle.close()
	}
}

func (k *Keys) borrow() (*C.cfaccess_keys, error) {
	if k == nil {
		return nil, refuse(ErrNullArgument, "the Keys are nil")
	}
	return k.handle.borrow()
}

func (k *Keys) giveBack() {
	k.handle.giveBack()
	runtime.KeepAlive(k)
}

func bytesPointer(bytes []byte) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(bytes)))
}
