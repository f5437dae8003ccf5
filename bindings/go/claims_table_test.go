package cfaccess

import (
	"runtime"
	"testing"
	"weak"
)

func claimsOf(id uint64, size int64) *Claims { return &Claims{id: id, size: size} }

// kept counts the claims that are there, and their bytes.
func kept(table *claimsTable) (count int, bytes int64) {
	slots := table.slots.Load()
	if slots == nil {
		return 0, 0
	}
	for i := range *slots {
		if claims := (*slots)[i].Load(); claims != nil {
			count++
			bytes += claims.size
		}
	}
	return count, bytes
}

func TestATableGivesWhatItKeeps(t *testing.T) {
	table := newClaimsTable(100, 1000)
	one, two := claimsOf(1, 10), claimsOf(2, 10)

	table.keep(one)
	table.keep(two)

	if table.find(1) != one || table.find(2) != two {
		t.Error("they are not there")
	}
	if table.find(0) != nil || table.find(3) != nil || table.find(1+128) != nil {
		t.Error("found what was never kept")
	}
}

func TestATableIsBoundedByItsEntries(t *testing.T) {
	table := newClaimsTable(1000, 1<<40)

	for id := uint64(1); id <= 100_000; id++ {
		table.keep(claimsOf(id, 2000))
	}

	if count, bytes := kept(table); count > 1024 || bytes != table.bytes {
		t.Errorf("%d entries, %d bytes, counted as %d", count, bytes, table.bytes)
	}
	if table.find(100_000) == nil {
		t.Error("the last is not there")
	}
}

func TestATableIsBoundedByItsBytes(t *testing.T) {
	table := newClaimsTable(1000, 50_000)

	for id := uint64(1); id <= 100_000; id++ {
		table.keep(claimsOf(id, int64(id%4000)))
		if table.bytes > 50_000 {
			t.Fatalf("%d bytes", table.bytes)
		}
	}

	if _, bytes := kept(table); bytes != table.bytes {
		t.Errorf("%d bytes, counted as %d", bytes, table.bytes)
	}
}

func TestClaimsThatAreTooLargeAreNotKept(t *testing.T) {
	table := newClaimsTable(1000, 50_000)
	table.keep(claimsOf(1, 100))

	table.keep(claimsOf(2, 50_001))

	if table.find(1) == nil || table.find(2) != nil {
		t.Error("the others had to go, or it stayed")
	}
}

func TestATableTakesNoMemoryBeforeTheFirstClaims(t *testing.T) {
	if newClaimsTable(1000, 50_000).slots.Load() != nil {
		t.Error("it does")
	}
}

func TestAClosedTableKeepsNothing(t *testing.T) {
	table := newClaimsTable(1000, 50_000)
	claims := claimsOf(1, 100)
	left := weak.Make(claims)
	table.keep(claims)

	table.close()
	table.keep(claimsOf(2, 100))
	claims = nil
	runtime.GC()

	if table.find(1) != nil || table.find(2) != nil || left.Value() != nil {
		t.Error("it does")
	}
	runtime.KeepAlive(table)
}

func TestNoTableKeepsNothing(t *testing.T) {
	for _, table := range []*claimsTable{newClaimsTable(0, 1000), newClaimsTable(1000, 0)} {
		table.keep(claimsOf(1, 1))
		table.close()

		if table != nil || table.find(1) != nil {
			t.Error("it does")
		}
	}
}

func TestTheDefaultBoundsAreThoseOfTheLibrary(t *testing.T) {
	entries, bytes := Config{}.cacheBounds()

	if entries != 8192 || bytes != 32<<20 {
		t.Errorf("the defaults are %d and %d", entries, bytes)
	}
}
