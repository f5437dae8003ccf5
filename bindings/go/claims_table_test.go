package cfaccess

import (
	"runtime"
	"testing"
	"unsafe"
	"weak"
)

func claimsOf(id uint64, size int64) *Claims { return &Claims{id: id, size: size} }

// kept counts the claims in a table, their bytes, and the segments that are allocated.
func kept(table *claimsTable) (count int, bytes int64, segments int) {
	for i := range table.segments {
		segment := table.segments[i].Load()
		if segment == nil {
			continue
		}
		segments++
		for s := range segment {
			for j := range segment[s] {
				if claims := segment[s][j].Load(); claims != nil {
					count++
					bytes += claims.size
				}
			}
		}
	}
	return count, bytes, segments
}

func TestTableFindsWhatItKeeps(t *testing.T) {
	table := newClaimsTable(128, 1<<20)
	one, two := claimsOf(1, 10), claimsOf(2, 10)

	table.keep(one)
	table.keep(two)

	if table.find(1) != one || table.find(2) != two {
		t.Error("the claims are missing")
	}
	if table.find(0) != nil || table.find(3) != nil || table.find(1+64) != nil {
		t.Error("found claims that were never kept")
	}
}

func TestTableKeepsTwoClaimsOfOneSet(t *testing.T) {
	table := newClaimsTable(128, 1<<20)
	first, second, third := claimsOf(1, 10), claimsOf(1+64, 10), claimsOf(1+128, 10)

	table.keep(first)
	table.keep(second)
	table.keep(second)

	if table.find(first.id) != first || table.find(second.id) != second {
		t.Fatal("two claims of one set displace each other")
	}
	table.keep(third)
	if table.find(first.id) != nil || table.find(second.id) != second || table.find(third.id) != third {
		t.Error("the newest claims must displace the oldest")
	}
}

func TestTableIsBoundedByEntries(t *testing.T) {
	table := newClaimsTable(1000, 1<<40)

	for id := uint64(1); id <= 100_000; id++ {
		table.keep(claimsOf(id, 2000))
	}

	if count, bytes, _ := kept(table); count > 1024 || bytes != table.bytes {
		t.Errorf("%d entries, %d bytes, counted as %d", count, bytes, table.bytes)
	}
	if table.find(100_000) == nil {
		t.Error("the last claims are missing")
	}
}

func TestTableIsBoundedByBytes(t *testing.T) {
	const bytesMax = 100_000
	table := newClaimsTable(1000, bytesMax)

	for id := uint64(1); id <= 100_000; id++ {
		table.keep(claimsOf(id, int64(id%4000)))
		if table.bytes > table.claimsMax {
			t.Fatalf("%d bytes", table.bytes)
		}
	}

	_, bytes, segments := kept(table)
	if bytes != table.bytes {
		t.Errorf("%d bytes, counted as %d", bytes, table.bytes)
	}
	if all := bytes + int64(segments)*int64(unsafe.Sizeof(claimsSegment{})); all > bytesMax {
		t.Errorf("%d bytes with the segments", all)
	}
}

// With the most entries that are allowed, slots for all of them take 128 MiB.
func TestTableAllocatesSlotsAsTheyAreUsed(t *testing.T) {
	table := newClaimsTable(10_000_000, 64<<30)
	const idsPerSegment = setsPerSegment

	for id := uint64(0); id < 10*idsPerSegment; id++ {
		table.keep(claimsOf(id, 1000))
	}

	if _, _, segments := kept(table); segments != 10 {
		t.Errorf("%d segments", segments)
	}
}

func TestTableHasNoMoreSlotsThanItsBytesHaveRoomFor(t *testing.T) {
	table := newClaimsTable(10_000_000, 32<<20)

	if most := len(table.segments) * int(unsafe.Sizeof(claimsSegment{})); most > 1<<20 {
		t.Errorf("its slots may take %d bytes", most)
	}
}

func TestTableDoesNotKeepClaimsThatAreTooLarge(t *testing.T) {
	table := newClaimsTable(1000, 50_000)
	table.keep(claimsOf(1, 100))

	table.keep(claimsOf(2, 50_001))

	if table.find(1) == nil || table.find(2) != nil {
		t.Error("they displaced the others, or were kept")
	}
}

func TestTableAllocatesNoSlotsBeforeTheFirstClaims(t *testing.T) {
	if _, _, segments := kept(newClaimsTable(1000, 50_000)); segments != 0 {
		t.Errorf("%d segments", segments)
	}
}

func TestClosedTableKeepsNothing(t *testing.T) {
	table := newClaimsTable(1000, 50_000)
	claims := claimsOf(1, 100)
	left := weak.Make(claims)
	table.keep(claims)

	table.close()
	table.keep(claimsOf(2, 100))
	claims = nil
	runtime.GC()

	if table.find(1) != nil || table.find(2) != nil || left.Value() != nil {
		t.Error("it keeps claims")
	}
	runtime.KeepAlive(table)
}

func TestNilTableKeepsNothing(t *testing.T) {
	for _, table := range []*claimsTable{newClaimsTable(0, 1000), newClaimsTable(1000, 0), newClaimsTable(1000, 1)} {
		table.keep(claimsOf(1, 1))
		table.close()

		if table != nil || table.find(1) != nil {
			t.Error("it keeps claims")
		}
	}
}

func TestDefaultConfigBoundsMatchTheLibrary(t *testing.T) {
	entries, bytes := Config{}.cacheBounds()

	if entries != 8192 || bytes != 32<<20 {
		t.Errorf("the defaults are %d and %d", entries, bytes)
	}
}
