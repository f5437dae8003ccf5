package cfaccess

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func newTestHandle(freed *atomic.Int32) *handle[*int] {
	return newHandle(new(int), "the object is", func(*int) { freed.Add(1) })
}

func TestForgottenObjectIsFreedOnce(t *testing.T) {
	var freed atomic.Int32
	newTestHandle(&freed)

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

func TestClosedObjectIsFreedOnce(t *testing.T) {
	var freed atomic.Int32
	handle := newTestHandle(&freed)

	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			handle.close(nil)
		}()
	}
	all.Wait()
	runtime.KeepAlive(handle)
	runtime.GC()
	runtime.GC()

	if count := freed.Load(); count != 1 {
		t.Errorf("freed %d times", count)
	}
}

func TestBorrowedObjectIsNotFreed(t *testing.T) {
	var freed atomic.Int32
	_, stripe, err := newTestHandle(&freed).borrow()
	if err != nil {
		t.Fatal(err)
	}

	for range 5 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}

	if freed.Load() != 0 {
		t.Error("the object of a call in progress was freed")
	}
	stripe.RUnlock()
}

func TestCloseWaitsForCallsInProgress(t *testing.T) {
	var freed atomic.Int32
	handle := newTestHandle(&freed)
	_, stripe, err := handle.borrow()
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		handle.close(nil)
		close(closed)
	}()

	time.Sleep(10 * time.Millisecond)
	if freed.Load() != 0 {
		t.Error("freed during a call")
	}
	stripe.RUnlock()

	<-closed
	if freed.Load() != 1 {
		t.Error("not freed")
	}
}

func TestCallsDuringCloseAreRefusedAtOnce(t *testing.T) {
	handle := newTestHandle(new(atomic.Int32))
	_, stripe, err := handle.borrow()
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		handle.close(nil)
		close(closed)
	}()
	for !handle.closing.Load() {
		runtime.Gosched()
	}

	refused := make(chan error)
	go func() {
		_, _, err := handle.borrow()
		refused <- err
	}()

	select {
	case err := <-refused:
		if !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the call waits for the end of close")
	}
	stripe.RUnlock()
	<-closed
}

func TestCloseFinishesBeforeItWaitsForCalls(t *testing.T) {
	handle := newTestHandle(new(atomic.Int32))
	_, stripe, err := handle.borrow()
	if err != nil {
		t.Fatal(err)
	}

	handle.close(func(*int) { stripe.RUnlock() })
}

func TestWhichLibraryFitsWhichHeader(t *testing.T) {
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
