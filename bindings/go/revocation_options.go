package cfaccess

// #include "revocations.h"
import "C"

import (
	"log/slog"
	"runtime/cgo"
	"time"
)

// RevocationOptions say how the revocations of a team are kept current. The zero value is valid: a field left at
// zero means its default. "memory:" has no use for them. Durations are in whole milliseconds.
type RevocationOptions struct {
	// Interval is the time within which a revocation is in force in every process: 100 ms to 60 s. The store
	// is asked again at half of it, in the background; from it on they wait for the answer. 0 means 2 seconds.
	Interval time.Duration

	// Timeout is how long one answer of the store may take, and how long a call may wait for it: 100 ms to
	// 60 s. A store that does not answer holds up the calls of a process once. 0 means 1 second.
	Timeout time.Duration

	// MaxStale is how long the revocations that are known count while the store does not answer: at least
	// Interval, at most one day. 0 means 5 minutes.
	MaxStale time.Duration

	// WhenStale says what happens to tokens after that. By default they are refused.
	WhenStale WhenStale

	// CAFile is a PEM file of certificate authorities to trust in addition to those of the platform, for
	// "rediss://".
	CAFile string

	// Logger logs, if not nil: at level Warn that the store does not answer or has lost entries, at level Info
	// that it answers again.
	Logger *slog.Logger
}

// WhenStale says what happens to tokens for which no revocation is known while nothing current is known of the
// store. Tokens that are known to be revoked are refused either way.
type WhenStale int32

const (
	// WhenStaleRefuse refuses them with [ErrRevocationsUnavailable]. The default.
	WhenStaleRefuse WhenStale = iota
	// WhenStaleContinue accepts them: an outage of the store must not become one of the application, even if
	// a revocation does not reach it.
	WhenStaleContinue
)

// defaultRevocationTimeout is the default of the library, which this package must know as well.
const defaultRevocationTimeout = time.Second

// build returns the options in the form of the library. The caller frees them.
func (o RevocationOptions) build() (*C.cfaccess_revocation_options, error) {
	made := C.cfaccess_go_revocation_options_new()
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	if err := o.fill(made.options); err != nil {
		C.cfaccess_revocation_options_free(made.options)
		return nil, err
	}
	return made.options, nil
}

func (o RevocationOptions) fill(options *C.cfaccess_revocation_options) error {
	if err := o.fillTimes(options); err != nil {
		return err
	}
	err := outcomeError(C.cfaccess_go_revocation_options_set_when_stale(options, C.int32_t(o.WhenStale)))
	if err != nil {
		return err
	}
	if o.CAFile != "" {
		path, err := terminated("the path of the CA file", o.CAFile, ErrInvalidConfig)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_revocation_options_set_ca_file(options, path)); err != nil {
			return err
		}
	}
	if o.Logger == nil {
		return nil
	}
	handle := cgo.NewHandle(o.Logger)
	if err := outcomeError(C.cfaccess_go_revocation_options_set_log(options, C.uintptr_t(handle))); err != nil {
		handle.Delete()
		return err
	}
	return nil
}

// fillTimes leaves the library's defaults for times that are not set.
func (o RevocationOptions) fillTimes(options *C.cfaccess_revocation_options) error {
	var times C.cfaccess_go_revocation_times
	for _, option := range []struct {
		what     string
		duration time.Duration
		place    *C.int64_t
	}{
		{"the interval", o.Interval, &times.interval},
		{"the timeout", o.Timeout, &times.timeout},
		{"the maximum staleness", o.MaxStale, &times.max_stale},
	} {
		milliseconds, err := wholeMilliseconds(option.what, option.duration)
		if err != nil {
			return err
		}
		*option.place = milliseconds
	}
	return outcomeError(C.cfaccess_go_revocation_options_set_times(options, times))
}
