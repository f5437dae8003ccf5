package cfaccess

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// claimsTable keeps claims as they were handed out, by the id that the library gave them. No verdict
// depends on it: the library is asked about every token, and claims that are not here are made again.
// Who looks claims up waits for nobody. A nil table keeps nothing.
type claimsTable struct {
	entriesMax int
	bytesMax   int64
	// Each id has one slot; there are a power of two of them. nil before the first claims and once closed.
	slots atomic.Pointer[[]claimsSlot]

	mutex  sync.Mutex // of who keeps claims
	bytes  int64
	hand   int // the slot to clear next if there are too many bytes
	closed bool
}

type claimsSlot = atomic.Pointer[Claims]

func newClaimsTable(entriesMax int, bytesMax int64) *claimsTable {
	if entriesMax <= 0 || bytesMax <= 0 {
		return nil
	}
	return &claimsTable{entriesMax: entriesMax, bytesMax: bytesMax}
}

// find gives nil if the claims are not here, as for the id 0, which none have.
func (t *claimsTable) find(id uint64) *Claims {
	if t == nil {
		return nil
	}
	slots := t.slots.Load()
	if slots == nil {
		return nil
	}
	claims := slotOf(*slots, id).Load()
	if claims == nil || claims.id != id {
		return nil
	}
	return claims
}

func (t *claimsTable) keep(claims *Claims) {
	if t == nil || claims.size > t.bytesMax {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.closed {
		return
	}
	slots := t.slots.Load()
	if slots == nil {
		made := make([]claimsSlot, 1<<bits.Len(uint(t.entriesMax-1)))
		slots = &made
		t.slots.Store(slots)
	}
	t.put(slotOf(*slots, claims.id), claims)
	for t.bytes > t.bytesMax {
		t.put(&(*slots)[t.hand], nil)
		t.hand = (t.hand + 1) % len(*slots)
	}
}

func (t *claimsTable) put(slot *claimsSlot, claims *Claims) {
	if before := slot.Swap(claims); before != nil {
		t.bytes -= before.size
	}
	if claims != nil {
		t.bytes += claims.size
	}
}

// close lets go of all claims, for good.
func (t *claimsTable) close() {
	if t == nil {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.closed = true
	t.slots.Store(nil)
}

func slotOf(slots []claimsSlot, id uint64) *claimsSlot {
	return &slots[id&uint64(len(slots)-1)]
}
