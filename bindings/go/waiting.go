package cfaccess

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// fetchWaiters are the calls that need keys, or revocations, which are being fetched. One that waits inside
// the library holds a thread, and there may be more such calls than a process can have threads: so one call
// at a time waits inside, and all others that need the same wait for that one.
type fetchWaiters struct {
	pending error // with what a call is refused that has to wait: ErrKeysPending or ErrRevocationsPending
	timeout time.Duration
	mutex   sync.Mutex
	fetched chan struct{} // closed when the call inside returns; nil if there is none
}

// verification verifies one token or request. With wait it waits inside the library for the fetches that
// it needs; otherwise it returns ErrKeysPending or ErrRevocationsPending.
type verification func(wait bool) (*Claims, error)

type verdict struct {
	claims *Claims
	err    error
}

// awaitVerdict continues a verification that is pending, until it is not, or has waited for each fetch for as
// long as it may.
func awaitVerdict(
	ctx context.Context, all []*fetchWaiters, repeats *repeats, err error, verify verification,
) (*Claims, error) {
	var claims *Claims
	var last *fetchWaiters
	for range all {
		index := slices.IndexFunc(all, func(w *fetchWaiters) bool { return errors.Is(err, w.pending) })
		if index < 0 || all[index] == last {
			break
		}
		last = all[index]
		claims, err = last.verify(ctx, repeats, verify)
	}
	return claims, err
}

// verify continues a verification that was refused as pending on this, until it is refused as something else,
// or has waited for the timeout. Each pending verdict that is followed by another is counted in repeats.
func (w *fetchWaiters) verify(ctx context.Context, repeats *repeats, verify verification) (*Claims, error) {
	pending := repeats.of(w.pending)
	timeout := time.NewTimer(w.timeout)
	defer timeout.Stop()
	for isFirst := true; ; isFirst = false {
		fetched, inside := w.join(pending, verify)
		expired := timeout.C
		if inside != nil && isFirst {
			expired = nil // the library bounds its wait by the same timeout, and names the reason
		}
		select {
		case verdict := <-inside:
			return verdict.claims, verdict.err
		case <-fetched:
			pending.Add(1)
			if claims, err := verify(false); !errors.Is(err, w.pending) {
				return claims, err
			}
		case <-expired:
			if inside != nil {
				return nil, refuse(w.pending, "what the call needs was still being fetched after the timeout")
			}
			pending.Add(1)
			return verify(false)
		case <-ctx.Done():
			return nil, contextEnded(ctx, w.pending)
		}
	}
}

// join returns the channel that is closed when the call inside the library returns. If there was none,
// this call goes inside, and gets the channel of its verdict instead. The verdict is counted by the
// library even if nobody waits for it any more, so the pending one before it is not.
func (w *fetchWaiters) join(pending *atomic.Uint64, verify verification) (fetched <-chan struct{}, inside <-chan verdict) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.fetched != nil {
		return w.fetched, nil
	}
	w.fetched = make(chan struct{})
	concluded := make(chan verdict, 1)
	go func() {
		claims, err := verify(true)
		pending.Add(1)
		concluded <- verdict{claims, err}
		w.mutex.Lock()
		defer w.mutex.Unlock()
		close(w.fetched)
		w.fetched = nil
	}()
	return nil, concluded
}

// isPending reports whether the call may be repeated. Those are the statuses that the library calls pending.
func isPending(err error) bool {
	return errors.Is(err, ErrKeysPending) || errors.Is(err, ErrRevocationsPending)
}

// contextEnded makes the error of a call whose context ended while it waited.
func contextEnded(ctx context.Context, sentinel error) error {
	refusal := refuse(sentinel, "the context ended before the call did").(*AccessError)
	refusal.cause = ctx.Err()
	return refusal
}

// inContext makes a call that may take a while. If the context ends first, the call goes on without the caller,
// who gets the error of the sentinel.
func inContext[T any](ctx context.Context, sentinel error, call func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ended := make(chan outcome, 1)
	go func() {
		value, err := call()
		ended <- outcome{value, err}
	}()
	select {
	case outcome := <-ended:
		return outcome.value, outcome.err
	case <-ctx.Done():
		var none T
		return none, contextEnded(ctx, sentinel)
	}
}
