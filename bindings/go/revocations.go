package cfaccess

// #include "revocations.h"
import "C"

import (
	"context"
	"encoding/json"
	"time"
)

// Revocations are what was revoked for one Access team: see [Config.Revocations]. They may be used by several
// goroutines at once, and a copy is the same Revocations.
//
// A revocation here ends tokens. The login lives at Cloudflare, which gives a browser new tokens from it: end both.
//
// A verifier with revocations refuses tokens that it accepted before as soon as they are revoked: at once in the
// process that revokes them, and within [RevocationOptions.Interval] in every other one that uses the same store.
type Revocations struct {
	handle  *handle[*C.cfaccess_revocations]
	waiters *fetchWaiters // shared with their verifiers
}

// OpenRevocations opens the store of a team's revocations, which is named as in [Config.Team]:
//
//   - "memory:" for the life of this process, which makes the revocations itself
//   - "sqlite:PATH" for the processes of one host
//   - "redis://…", "rediss://…" and "redis+unix://…" for many hosts (Redis or Valkey)
//
// Nothing is read yet: the first verification does that, unless [Revocations.Connect] did. A store that other
// processes write to is asked again at half the interval, in the background. Only a token that comes when the last
// answer is older than the interval waits for the next one, for at most [RevocationOptions.Timeout], and only if the
// last question was answered. A token that is known to be revoked is refused however old that knowledge is.
//
// Errors: [ErrInvalidConfig] if the URL, the team or an option is wrong, or the library was built without this kind
// of store; [ErrRevocationsUnavailable] if the context ended first, which wraps the error of the context.
func OpenRevocations(ctx context.Context, url, team string, options RevocationOptions) (*Revocations, error) {
	urlText, err := terminated("the URL", url, ErrInvalidConfig)
	if err != nil {
		return nil, err
	}
	teamText, err := terminated("the team", team, ErrInvalidConfig)
	if err != nil {
		return nil, err
	}
	if options.Timeout == 0 {
		options.Timeout = defaultRevocationTimeout
	}
	if ctx.Err() != nil {
		return nil, contextEnded(ctx, ErrRevocationsUnavailable)
	}
	built, err := options.build()
	if err != nil {
		return nil, err
	}
	return inContext(ctx, ErrRevocationsUnavailable, func() (*Revocations, error) {
		defer C.cfaccess_revocation_options_free(built)
		made := C.cfaccess_go_revocations_open(urlText, teamText, built)
		if err := outcomeError(made.outcome); err != nil {
			return nil, err
		}
		return &Revocations{
			handle:  newHandle(made.revocations, "the Revocations are", freeRevocations),
			waiters: &fetchWaiters{pending: ErrRevocationsPending, timeout: options.Timeout},
		}, nil
	})
}

func freeRevocations(revocations *C.cfaccess_revocations) {
	C.cfaccess_revocations_free(revocations)
}

// Connect makes sure that the store has been read before the first token arrives: it reads it and waits, unless what
// is known is current. It waits for at most [RevocationOptions.Timeout], and longer only while a large store goes on
// answering.
//
// Errors: [ErrRevocationsUnavailable] with the reason, and later verifications try again; [ErrRevocationsPending] if
// the context ended first, which wraps the error of the context; [ErrInvalidArgument] if the Revocations are closed.
func (r *Revocations) Connect(ctx context.Context) error {
	return r.call(ctx, ErrRevocationsPending, func(pointer *C.cfaccess_revocations) error {
		return outcomeError(C.cfaccess_go_revocations_connect(pointer))
	})
}

// RevocationsStatus describes what is known of a store. In JSON its members have the names and units that they have
// in all languages, and durations are in seconds.
type RevocationsStatus struct {
	// Source is the kind of the store: "memory", "sqlite" or "redis".
	Source string `json:"source"`
	// Entries is how many entries refuse tokens in this process.
	Entries int64 `json:"entries"`
	// Version increases whenever they change.
	Version uint64 `json:"version"`
	// Age is how long ago the store last answered; nil if it never did, and for "memory".
	Age *time.Duration `json:"age"`
	// LastError says in one line why the store did not answer; empty since the last answer.
	LastError string `json:"last_error"`
	// Refreshes is the number of questions to the store.
	Refreshes int64 `json:"refreshes"`
	// Failures is the number of those that were not answered.
	Failures int64 `json:"failures"`
	// Skipped is the number of entries of the store that cannot be read and are not used.
	Skipped int64 `json:"skipped"`
	// Losses is how often the store was seen to have lost entries. This process keeps those that it knew.
	Losses int64 `json:"losses"`
}

// Status returns what is known of the store. It never waits.
//
// Errors: [ErrInvalidArgument] if the Revocations are closed.
func (r *Revocations) Status() (RevocationsStatus, error) {
	var status RevocationsStatus
	pointer, stripe, err := r.borrow()
	if err != nil {
		return status, err
	}
	defer stripe.RUnlock()
	made := C.cfaccess_go_revocations_status(pointer)
	if err := outcomeError(made.outcome); err != nil {
		return status, err
	}
	defer C.cfaccess_string_free(made.string)
	if err := json.Unmarshal([]byte(C.GoString(made.string)), &status); err != nil {
		return status, refuse(ErrInternal, "the library returned its status in another form")
	}
	return status, nil
}

// revocationsStatusJSON is a status with its age in seconds.
type revocationsStatusJSON struct {
	revocationsStatusFields
	Age *float64 `json:"age"`
}

// revocationsStatusFields has no methods, so that MarshalJSON and UnmarshalJSON do not call themselves.
type revocationsStatusFields RevocationsStatus

// MarshalJSON returns durations in seconds.
func (s RevocationsStatus) MarshalJSON() ([]byte, error) {
	return json.Marshal(revocationsStatusJSON{revocationsStatusFields(s), seconds(s.Age)})
}

// UnmarshalJSON takes durations in seconds.
func (s *RevocationsStatus) UnmarshalJSON(text []byte) error {
	var read revocationsStatusJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*s = RevocationsStatus(read.revocationsStatusFields)
	s.Age = duration(read.Age)
	return nil
}

// Close asks the store no more, waits for an answer that is on its way, and frees the revocations: afterwards the
// Logger of [RevocationOptions] is not called any more. Calls that begin meanwhile or later return
// [ErrInvalidArgument] at once. Closing again waits for the first Close.
//
// Verifiers that were made with them go on with what is known, until that is older than
// [RevocationOptions.MaxStale]; so close the Revocations of a server last.
func (r *Revocations) Close() {
	if r != nil {
		r.handle.close(closeRevocations)
	}
}

func closeRevocations(revocations *C.cfaccess_revocations) {
	C.cfaccess_revocations_close(revocations)
}

func (r *Revocations) borrow() (*C.cfaccess_revocations, *stripe, error) {
	if r == nil {
		return nil, nil, refuse(ErrNullArgument, "the Revocations are nil")
	}
	return r.handle.borrow()
}

// call makes a call that may wait for the store. If the context ends first, the call goes on without the caller.
func (r *Revocations) call(ctx context.Context, ended error, call func(*C.cfaccess_revocations) error) error {
	pointer, stripe, err := r.borrow()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		stripe.RUnlock()
		return contextEnded(ctx, ended)
	}
	_, err = inContext(ctx, ended, func() (struct{}, error) {
		defer stripe.RUnlock()
		return struct{}{}, call(pointer)
	})
	return err
}
