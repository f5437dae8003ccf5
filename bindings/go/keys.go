package cfaccess

// #include "remote.h"
import "C"

import (
	"context"
	"time"
	"unsafe"
)

// Keys are the public keys of one Access team. The verifiers of all applications of the team may
// share them. They may be used by several goroutines at once, and a copy is the same Keys.
type Keys struct {
	handle  *handle[*C.cfaccess_keys]
	waiters *fetchWaiters // shared with their verifiers
}

// KeysFromJSON reads a JSON Web Key Set (RFC 7517) as Access serves it at
// https://<team>.cloudflareaccess.com/cdn-cgi/access/certs. The document is at most 1 MiB with
// at most 32 keys; it is not used after the call.
//
// Keys are read one by one. One that cannot be used (not RSA, not for RS256 signatures, below
// 2,048 or above 4,096 bits, …) is skipped, and [Keys.Status] says why.
//
// The keys of a local Access are marked: each has the member "cfaccess_local": true. A verifier takes them
// for the team cfaccess-local only, and that team takes no others.
//
// Errors: [ErrKeysInvalid] if the document is not a JWK Set, if some keys are marked and others are not, or
// if the mark has another value than true; [ErrNoUsableKeys] if no key of it can be used.
func KeysFromJSON(document []byte) (*Keys, error) {
	return newKeys(C.cfaccess_go_keys_from_json(bytesPointer(document), C.size_t(len(document))), 0)
}

// KeysFromFile reads the same document from a file, once: later changes of the file have no effect.
//
// Errors: those of [KeysFromJSON]; [ErrKeysUnavailable] if the file cannot be read;
// [ErrInvalidArgument] if no file can have the path.
func KeysFromFile(path string) (*Keys, error) {
	pathText, err := terminated("the path", path, ErrInvalidArgument)
	if err != nil {
		return nil, err
	}
	return newKeys(C.cfaccess_go_keys_from_file(pathText), 0)
}

// newKeys takes the timeout of keys that are fetched; no call waits for others.
func newKeys(made C.cfaccess_go_keys, timeout time.Duration) (*Keys, error) {
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	return &Keys{
		handle:  newHandle(made.keys, "the Keys are", freeKeys),
		waiters: &fetchWaiters{pending: ErrKeysPending, timeout: timeout},
	}, nil
}

func freeKeys(keys *C.cfaccess_keys) {
	C.cfaccess_keys_free(keys)
}

// LoadJSON replaces the whole set with the keys of another document, for all verifiers that share it.
// A verification that runs at the same time uses either the old set or the new one, never both.
//
// Errors: those of [KeysFromJSON], and then the old set stays in force; [ErrKeysInvalid] for keys of a local
// Access in place of others, and the other way round; [ErrInvalidArgument] for keys that are fetched.
func (k *Keys) LoadJSON(document []byte) error {
	pointer, stripe, err := k.borrow()
	if err != nil {
		return err
	}
	defer stripe.RUnlock()
	return outcomeError(C.cfaccess_go_keys_load_json(pointer, bytesPointer(document), C.size_t(len(document))))
}

// Connect makes sure that there are keys before the first token arrives: it fetches them and waits for
// at most [RemoteOptions.Timeout], unless some are in force. Keys that are not fetched always are.
//
// Errors: [ErrKeysUnavailable] with the reason, and later verifications try again;
// [ErrInvalidArgument] if the Keys are closed.
func (k *Keys) Connect() error {
	return k.ConnectContext(context.Background())
}

// ConnectContext does what [Keys.Connect] does, and stops waiting when the context ends. The fetch
// itself goes on, for later calls.
//
// Errors: those of Connect; [ErrKeysPending] if the context ended first, which wraps the error of the
// context.
func (k *Keys) ConnectContext(ctx context.Context) error {
	pointer, stripe, err := k.borrow()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		stripe.RUnlock()
		return contextEnded(ctx, ErrKeysPending)
	}
	_, err = inContext(ctx, ErrKeysPending, func() (struct{}, error) {
		defer stripe.RUnlock()
		return struct{}{}, outcomeError(C.cfaccess_go_keys_connect(pointer))
	})
	return err
}

// Close begins no further fetch, waits for those in progress, and frees the keys: afterwards no
// function of [RemoteOptions] is called any more. Calls that begin meanwhile or later return
// [ErrInvalidArgument] at once. Closing again waits for the first Close.
//
// Verifiers that were made with the keys go on with those in force, until these are older than
// [RemoteOptions.MaxStale]; so close the Keys of a server last.
//
// A function of RemoteOptions must not call Close, which would wait for that function.
func (k *Keys) Close() {
	if k != nil {
		k.handle.close(closeKeys)
	}
}

func closeKeys(keys *C.cfaccess_keys) {
	C.cfaccess_keys_close(keys)
}

func (k *Keys) borrow() (*C.cfaccess_keys, *stripe, error) {
	if k == nil {
		return nil, nil, refuse(ErrNullArgument, "the Keys are nil")
	}
	return k.handle.borrow()
}

func bytesPointer(bytes []byte) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(bytes)))
}
