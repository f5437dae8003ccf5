package cfaccess

import (
	"runtime"
	"sync"
)

// handle guards an object of the library: it is freed once, and never while a call uses it.
type handle[P comparable] struct {
	mutex   sync.RWMutex
	pointer P // nil once closed
	free    func(P)
	noun    string
}

// newHandle ties the object to its owner: it is freed when the owner is garbage, if not before.
func newHandle[O any, P comparable](owner *O, pointer P, noun string, free func(P)) *handle[P] {
	made := &handle[P]{pointer: pointer, free: free, noun: noun}
	runtime.AddCleanup(owner, (*handle[P]).close, made)
	return made
}

// borrow lends the object until giveBack. The owner has to be kept alive until then.
func (h *handle[P]) borrow() (P, error) {
	var closed P
	if h == nil {
		return closed, refuse(ErrInvalidArgument, "not made by a function of this package")
	}
	h.mutex.RLock()
	if h.pointer == closed {
		h.mutex.RUnlock()
		return closed, refuse(ErrInvalidArgument, h.noun+" closed")
	}
	collectGarbage()
	return h.pointer, nil
}

func (h *handle[P]) giveBack() {
	h.mutex.RUnlock()
}

// close waits for the calls that have borrowed the object. Closing again does nothing.
func (h *handle[P]) close() {
	if h == nil {
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var closed P
	if h.pointer != closed {
		h.free(h.pointer)
		h.pointer = closed
	}
}
