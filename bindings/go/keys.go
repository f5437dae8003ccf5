package cfaccess

// #include "remote.h"
import "C"

import (
	"runtime"
	"time"
	"unsafe"
)

// Keys are the public keys of one Access team. The verifiers of all applications of the team may
// share them. They may be used by several goroutines at once.
type Keys struct {
	handle *handle[*C.cfaccess_keys]
	room   *waitingRoom // shared with their verifiers
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
	return newKeys(C.cfaccess_go_keys_from_json(bytesPointer(document), C.size_t(len(document))), 0)
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
	return newKeys(C.cfaccess_go_keys_from_file(pathText), 0)
}

// newKeys takes the timeout of keys that are fetched; for others nobody waits.
func newKeys(made C.cfaccess_go_keys, timeout time.Duration) (*Keys, error) {
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	keys := &Keys{room: &waitingRoom{timeout: timeout}}
	keys.handle = newHandle(keys, made.keys, "the Keys are", freeKeys)
	return keys, nil
}

func freeKeys(keys *C.cfaccess_keys) {
	C.cfaccess_keys_free(keys)
}

// LoadJSON replaces the whole set by the keys of another document, for all verifiers that share it.
// A verification that runs at the same time uses either the old set or the new one, never both.
//
// Errors: those of [KeysFromJSON], and then the old set stays in force; [ErrInvalidArgument] for keys
// that are fetched.
func (k *Keys) LoadJSON(document []byte) error {
	pointer, door, err := k.borrow()
	if err != nil {
		return err
	}
	defer k.giveBack(door)
	return outcomeError(C.cfaccess_go_keys_load_json(pointer, bytesPointer(document), C.size_t(len(document))))
}

// Connect sees to it that there are keys before the first token comes: it fetches them and waits,
// unless some are in force. Keys that are not fetched always are.
//
// Errors: [ErrKeysUnavailable] with the reason, and later verifications try again;
// [ErrInvalidArgument] if the Keys are closed.
func (k *Keys) Connect() error {
	pointer, door, err := k.borrow()
	if err != nil {
		return err
	}
	defer k.giveBack(door)
	return outcomeError(C.cfaccess_go_keys_connect(pointer))
}

// Close frees the keys. Verifiers that were made with them keep what they need, and go on fetching.
// A fetch under way goes on too, and may call the functions of [RemoteOptions] until it ends.
// Closing again does nothing.
func (k *Keys) Close() {
	if k != nil {
		k.handle.close()
	}
}

func (k *Keys) borrow() (*C.cfaccess_keys, *door, error) {
	if k == nil {
		return nil, nil, refuse(ErrNullArgument, "the Keys are nil")
	}
	return k.handle.borrow()
}

func (k *Keys) giveBack(door *door) {
	door.giveBack()
	runtime.KeepAlive(k)
}

func bytesPointer(bytes []byte) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(bytes)))
}
