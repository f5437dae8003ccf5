package cfaccess

import (
	"context"
	"errors"
	"sync"
	"time"
)

// fetchWaiters are the calls whose key is being fetched. One that waits inside the library holds a
// thread, and there may be more such calls than a process can have threads: so one call at a time
// waits inside, and all others that use the same keys wait for that one.
type fetchWaiters struct {
	timeout time.Duration
	mutex   sync.Mutex
	fetched chan struct{} // closed when the call inside returns; nil if there is none
}

// verification verifies one token or request. With wait it waits inside the library for the fetch that
// it needs; otherwise it returns ErrKeysPending.
type verification func(wait bool) (*Claims, error)

type verdict struct {
	claims *Claims
	err    error
}

// verify continues a verification that returned ErrKeysPending, until it returns something else or
// has waited for the timeout. Each pending verdict that is followed by another is counted in repeats.
func (w *fetchWaiters) verify(ctx context.Context, repeats *repeats, verify verification) (*Claims, error) {
	timeout := time.NewTimer(w.timeout)
	defer timeout.Stop()
	for isFirst := true; ; isFirst = false {
		fetched, inside := w.join(repeats, verify)
		expired := timeout.C
		if inside != nil && isFirst {
			expired = nil // the library bounds its wait by the same timeout, and names the reason
		}
		select {
		case verdict := <-inside:
			return verdict.claims, verdict.err
		case <-fetched:
			repeats.pending.Add(1)
			if claims, err := verify(false); !isPending(err) {
				return claims, err
			}
		case <-expired:
			if inside != nil {
				return nil, refuse(ErrKeysPending, "the keys were still being fetched after the timeout")
			}
			repeats.pending.Add(1)
			return verify(false)
		case <-ctx.Done():
			return nil, contextEnded(ctx)
		}
	}
}

// join returns the channel that is closed when the call inside the library returns. If there was none,
// this call goes inside, and gets the channel of its verdict instead. The verdict is counted by the
// library even if nobody waits for it any more, so the pending one before it is not.
func (w *fetchWaiters) join(repeats *repeats, verify verification) (fetched <-chan struct{}, inside <-chan verdict) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.fetched != nil {
		return w.fetched, nil
	}
	w.fetched = make(chan struct{})
	concluded := make(chan verdict, 1)
	go func() {
		claims, err := verify(true)
		repeats.pending.Add(1)
		concluded <- verdict{claims, err}
		w.mutex.Lock()
		defer w.mutex.Unlock()
		close(w.fetched)
		w.fetched = nil
	}()
	return nil, concluded
}

func isPending(err error) bool {
	return errors.Is(err, ErrKeysPending)
}

// contextEnded makes the error of a call whose context ended while it waited for keys.
func contextEnded(ctx context.Context) error {
	refusal := refuse(ErrKeysPending, "the context ended before the keys were fetched").(*AccessError)
	refusal.cause = ctx.Err()
	return refusal
}
