package cfaccess

import (
	"context"
	"errors"
	"sync"
	"time"
)

// waitingRoom is where calls wait whose key is being fetched. One that waits inside the library holds
// a thread, and there may be more such calls than a process can have threads: so one goroutine waits
// inside for all that use the same keys.
type waitingRoom struct {
	timeout time.Duration
	mutex   sync.Mutex
	over    chan struct{} // closed when that goroutine comes back; nil if none is inside
}

// verify tries again after each fetch, until the verdict is another than that keys are pending or the
// time of the call is over. A fetch under way is waited for by wait.
func (r *waitingRoom) verify(ctx context.Context, try func() (*Claims, error), wait func()) (*Claims, error) {
	timeout := time.NewTimer(r.timeout)
	defer timeout.Stop()
	for {
		select {
		case <-r.fetched(wait):
			if claims, err := try(); !isPending(err) {
				return claims, err
			}
		case <-timeout.C:
			return try()
		case <-ctx.Done():
			return nil, refuse(ErrKeysPending, "the request was over before the keys were fetched")
		}
	}
}

// fetched gives the channel that is closed when the fetch under way is over.
func (r *waitingRoom) fetched(wait func()) <-chan struct{} {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.over == nil {
		r.over = make(chan struct{})
		go r.leave(r.over, wait)
	}
	return r.over
}

func (r *waitingRoom) leave(over chan struct{}, wait func()) {
	wait()
	r.mutex.Lock()
	r.over = nil
	r.mutex.Unlock()
	close(over)
}

func isPending(err error) bool {
	return errors.Is(err, ErrKeysPending)
}
