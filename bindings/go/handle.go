package cfaccess

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// handle owns an object of the library: it is freed once, and never while a call uses it. Copies of a
// Keys or a Verifier share their handle.
type handle[P comparable] struct {
	stripes [1 << stripeBits]stripe
	pointer P           // nil once freed; changed only while all stripes are locked
	closing atomic.Bool // set before the locks are taken
	free    func(P)
	noun    string
	cleanup runtime.Cleanup
}

// stripe is one of several locks of the object, so that concurrent calls seldom write to the same cache
// line. Calls share one of them, and close takes all of them.
type stripe struct {
	sync.RWMutex
	_ [128 - unsafe.Sizeof(sync.RWMutex{})]byte
}

const stripeBits = 4

// newHandle returns a handle whose object is freed when the handle is garbage, if it was not closed before.
func newHandle[P comparable](pointer P, noun string, free func(P)) *handle[P] {
	h := &handle[P]{pointer: pointer, free: free, noun: noun}
	h.cleanup = runtime.AddCleanup(h, free, pointer)
	return h
}

// borrow lends the object until the stripe is unlocked. The stripe is a part of the handle, so that the
// handle is no garbage until then. While the handle is being closed, borrow refuses and does not wait.
func (h *handle[P]) borrow() (P, *stripe, error) {
	var none P
	if h == nil {
		return none, nil, refuse(ErrInvalidArgument, "not made by a function of this package")
	}
	stripe := &h.stripes[stripeNumber()]
	// TryRLock fails only if close holds the lock or waits for it.
	if h.closing.Load() || !stripe.TryRLock() {
		return none, nil, refuse(ErrInvalidArgument, h.noun+" closed")
	}
	if h.pointer == none {
		stripe.RUnlock()
		return none, nil, refuse(ErrInvalidArgument, h.noun+" closed")
	}
	collectGarbage()
	return h.pointer, stripe, nil
}

// close waits for the calls that have borrowed the object, and frees it. Before that it calls finish,
// if there is one, which may wait for what those calls wait for. Closing again waits for the first close.
func (h *handle[P]) close(finish func(P)) {
	if h == nil {
		return
	}
	h.closing.Store(true)
	var none P
	if finish != nil {
		h.stripes[0].RLock()
		if h.pointer != none {
			finish(h.pointer)
		}
		h.stripes[0].RUnlock()
	}
	for i := range h.stripes {
		h.stripes[i].Lock()
		defer h.stripes[i].Unlock()
	}
	if h.pointer != none {
		h.cleanup.Stop()
		h.free(h.pointer)
		h.pointer = none
	}
}

// stripeNumber tells goroutines apart by the addresses of their stacks.
func stripeNumber() uint64 {
	const goldenRatio = 0x9E3779B97F4A7C15 // Fibonacci hashing
	var here byte
	return uint64(uintptr(unsafe.Pointer(&here))>>11) * goldenRatio >> (64 - stripeBits)
}
