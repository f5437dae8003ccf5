package cfaccess

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

// claimsTable keeps claims that were handed out, by the id that the library gave them. No verdict
// depends on it: the library is asked about every token, and claims that are not here are converted
// again. Lookups take no lock. A nil table keeps nothing.
//
// Each id has one set of two slots. Ids are handed out in sequence, so sets fill in sequence, and a
// segment of them is allocated when its first claims arrive.
type claimsTable struct {
	claimsMax int64 // what is left of the bytes once all segments are allocated
	setMask   uint64
	segments  []atomic.Pointer[claimsSegment] // nil while unused, and after close

	mutex  sync.Mutex // held to change anything below, or a slot
	bytes  int64      // of the claims that are kept
	hand   uint64     // the set to clear next if there are too many bytes
	closed bool
}

type claimsSet [2]atomic.Pointer[Claims]

const setsPerSegment = 256

type claimsSegment [setsPerSegment]claimsSet

func newClaimsTable(entriesMax int, bytesMax int64) *claimsTable {
	if entriesMax <= 0 || bytesMax <= 0 {
		return nil
	}
	// No more claims than this fit into the bytes, however small they are.
	entriesMax = int(min(int64(entriesMax), bytesMax/int64(unsafe.Sizeof(Claims{}))+1))
	sets := powerOfTwo((entriesMax + 1) / len(claimsSet{}))
	segments := (sets + setsPerSegment - 1) / setsPerSegment
	claimsMax := bytesMax - int64(segments)*int64(unsafe.Sizeof(claimsSegment{}))
	if claimsMax <= 0 {
		return nil
	}
	return &claimsTable{
		claimsMax: claimsMax,
		setMask:   uint64(sets - 1),
		segments:  make([]atomic.Pointer[claimsSegment], segments),
	}
}

// powerOfTwo returns the least power of two that is at least n, for n from 1.
func powerOfTwo(n int) int {
	return 1 << bits.Len(uint(n-1))
}

// find returns nil if the claims are not here, as for the id 0, which no claims have.
func (t *claimsTable) find(id uint64) *Claims {
	if t == nil {
		return nil
	}
	number := id & t.setMask
	segment := t.segments[number/setsPerSegment].Load()
	if segment == nil {
		return nil
	}
	set := &segment[number%setsPerSegment]
	for i := range set {
		if claims := set[i].Load(); claims != nil && claims.id == id {
			return claims
		}
	}
	return nil
}

func (t *claimsTable) keep(claims *Claims) {
	if t == nil || claims.size > t.claimsMax {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.closed || t.find(claims.id) != nil {
		return
	}
	number := claims.id & t.setMask
	place := &t.segments[number/setsPerSegment]
	if place.Load() == nil {
		place.Store(new(claimsSegment))
	}
	t.add(&place.Load()[number%setsPerSegment], claims)
	for t.bytes > t.claimsMax {
		t.clearNext()
	}
}

// add puts claims into the first slot, what was there into the second, and drops what was there. The
// order of the writes lets a concurrent find miss nothing that stays.
func (t *claimsTable) add(set *claimsSet, claims *Claims) {
	moved := set[0].Load()
	dropped := set[1].Swap(moved)
	set[0].Store(claims)
	t.bytes += claims.size - sizeOf(dropped)
}

func (t *claimsTable) clearNext() {
	if segment := t.segments[t.hand/setsPerSegment].Load(); segment == nil {
		t.hand |= setsPerSegment - 1
	} else {
		set := &segment[t.hand%setsPerSegment]
		for i := range set {
			t.bytes -= sizeOf(set[i].Swap(nil))
		}
	}
	t.hand = (t.hand + 1) & t.setMask
}

func sizeOf(claims *Claims) int64 {
	if claims == nil {
		return 0
	}
	return claims.size
}

// close drops all claims, and keeps none from now on.
func (t *claimsTable) close() {
	if t == nil {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.closed = true
	for i := range t.segments {
		t.segments[i].Store(nil)
	}
}
