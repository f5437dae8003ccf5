package cfaccess

import (
	"runtime"
	"sync"
	"unsafe"
)

// handle guards an object of the library: it is freed once, and never while a call uses it.
type handle[P comparable] struct {
	doors   [1 << doorBits]door
	pointer P // nil once closed; changed only while all doors are locked
	free    func(P)
	noun    string
}

// door is one of several ways to the object, so that goroutines which call at once seldom write to the
// same cache line. Who closes locks them all.
type door struct {
	sync.RWMutex
	_ [128 - unsafe.Sizeof(sync.RWMutex{})]byte
}

const doorBits = 4

// newHandle ties the object to its owner: it is freed when the owner is garbage, if not before.
func newHandle[O any, P comparable](owner *O, pointer P, noun string, free func(P)) *handle[P] {
	made := &handle[P]{pointer: pointer, free: free, noun: noun}
	runtime.AddCleanup(owner, (*handle[P]).close, made)
	return made
}

// borrow lends the object until the door is given back. The owner has to be kept alive until then.
func (h *handle[P]) borrow() (P, *door, error) {
	var closed P
	if h == nil {
		return closed, nil, refuse(ErrInvalidArgument, "not made by a function of this package")
	}
	door := &h.doors[doorNumber()]
	door.RLock()
	if h.pointer == closed {
		door.RUnlock()
		return closed, nil, refuse(ErrInvalidArgument, h.noun+" closed")
	}
	collectGarbage()
	return h.pointer, door, nil
}

func (d *door) giveBack() {
	d.RUnlock()
}

// close waits for the calls that have borrowed the object. Closing again does nothing.
func (h *handle[P]) close() {
	if h == nil {
		return
	}
	for i := range h.doors {
		h.doors[i].Lock()
		defer h.doors[i].Unlock()
	}
	var closed P
	if h.pointer != closed {
		h.free(h.pointer)
		h.pointer = closed
	}
}

// doorNumber tells goroutines apart by where their stacks lie.
func doorNumber() uint64 {
	const goldenRatio = 0x9E3779B97F4A7C15 // Fibonacci hashing
	var here byte
	return uint64(uintptr(unsafe.Pointer(&here))>>11) * goldenRatio >> (64 - doorBits)
}
