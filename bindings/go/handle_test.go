package cfaccess

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type owner struct{ handle *handle[*int] }

func newOwner(freed *atomic.Int32) *owner {
	made := &owner{}
	made.handle = newHandle(made, new(int), "the owner is", func(*int) { freed.Add(1) })
	return made
}

func TestAForgottenOwnerIsFreedOnce(t *testing.T) {
	var freed atomic.Int32
	newOwner(&freed)

	for deadline := time.Now().Add(10 * time.Second); freed.Load() == 0; {
		if time.Now().After(deadline) {
			t.Fatal("not freed")
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if count := freed.Load(); count != 1 {
		t.Errorf("freed %d times", count)
	}
}

func TestAClosedOwnerIsFreedOnce(t *testing.T) {
	var freed atomic.Int32
	owner := newOwner(&freed)

	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			owner.handle.close()
		}()
	}
	all.Wait()
	runtime.KeepAlive(owner)
	runtime.GC()
	runtime.GC()

	if count := freed.Load(); count != 1 {
		t.Errorf("freed %d times", count)
	}
}

func TestCloseWaitsForWhoBorrowed(t *testing.T) {
	var freed atomic.Int32
	owner := newOwner(&freed)
	_, door, err := owner.handle.borrow()
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		owner.handle.close()
		close(closed)
	}()

	time.Sleep(10 * time.Millisecond)
	if freed.Load() != 0 {
		t.Error("freed under who borrowed it")
	}
	door.giveBack()

	<-closed
	if freed.Load() != 1 {
		t.Error("not freed")
	}
	runtime.KeepAlive(owner)
}

func TestWhichLibraryServesWhichHeader(t *testing.T) {
	number := func(major, minor, patch version) version { return major<<16 | minor<<8 | patch }
	for _, test := range []struct {
		header, library version
		serves          bool
	}{
		{number(0, 1, 0), number(0, 1, 0), true},
		{number(0, 1, 0), number(0, 1, 7), true},
		{number(0, 1, 7), number(0, 1, 0), false},
		{number(0, 1, 0), number(0, 2, 0), false},
		{number(0, 2, 0), number(0, 1, 9), false},
		{number(0, 1, 0), number(1, 1, 0), false},
		{number(1, 1, 0), number(1, 2, 0), true},
		{number(1, 2, 0), number(1, 1, 0), false},
		{number(1, 2, 0), number(2, 2, 0), false},
	} {
		if test.library.serves(test.header) != test.serves {
			t.Errorf("header %v, library %v: expected %v", test.header, test.library, test.serves)
		}
	}
}
