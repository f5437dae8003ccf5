package cfaccess

// #include "revocations.h"
import "C"

import (
	"context"
	"time"
)

// NoMargin as [RevokeOptions.Margin] means no margin at all.
const NoMargin time.Duration = -1

// RevokeOptions say how something is revoked. The zero value is valid: a field left at zero means its default.
type RevokeOptions struct {
	// At is a time in the past: tokens that were issued up to then are revoked, in place of those up to now
	// and the Margin. For a leak that is noticed late. Fractions of a second are dropped.
	At time.Time

	// Margin is how much later than now tokens are still revoked, in whole seconds up to 300: times of issue
	// are whole seconds, and the revocation is in force everywhere only after the interval. 0 means 2 seconds;
	// [NoMargin] means none.
	Margin time.Duration

	// Reason says why, for the audit of the store: one line of at most 256 bytes.
	Reason string
	// MadeBy says who, for the audit of the store: one line of at most 256 bytes.
	MadeBy string
}

// BlockOptions say how something is blocked. The zero value is valid.
type BlockOptions struct {
	// Until is when the block ends by itself. The zero time means that it does not.
	Until time.Time

	// Reason and MadeBy are as in [RevokeOptions].
	Reason, MadeBy string
}

// LiftOptions say how something is lifted. The zero value is valid.
type LiftOptions struct {
	// Reason and MadeBy are as in [RevokeOptions].
	Reason, MadeBy string
}

// Revoke ends sessions: tokens of the target that were issued up to now and a margin are refused with [ErrRevoked];
// of a session all are. Revoking again only moves that time to later.
//
// When it returns, the store has remembered it, and it is in force in this process. It may wait for the store, for at
// most 2 seconds or [RevocationOptions.Timeout], whichever is longer.
//
// Errors: [ErrInvalidArgument] if the target or an option is wrong, or the Revocations are closed;
// [ErrRevocationsUnavailable] if the store did not confirm the write, so that it is not known to be there, or refuses
// it. The same if the context ended first, which wraps the error of the context.
func (r *Revocations) Revoke(ctx context.Context, target Target, options RevokeOptions) error {
	var write C.cfaccess_go_write
	if !options.At.IsZero() {
		write.has_at, write.at = 1, C.int64_t(options.At.Unix())
	}
	if options.Margin != 0 {
		margin := options.Margin
		if margin == NoMargin {
			margin = 0
		}
		if margin%time.Second != 0 {
			return refuse(ErrInvalidArgument, "the margin is not a whole number of seconds")
		}
		write.has_margin, write.margin = 1, C.int64_t(margin/time.Second)
	}
	return r.write(ctx, C.CFACCESS_GO_REVOKE, target, write, options.Reason, options.MadeBy)
}

// Block keeps a target out, until a time or for ever: all its tokens are refused with [ErrBlocked]. Those that were
// issued before the block stay refused after it, with [ErrRevoked]. It waits as [Revocations.Revoke] does.
//
// Errors: those of Revoke.
func (r *Revocations) Block(ctx context.Context, target Target, options BlockOptions) error {
	var write C.cfaccess_go_write
	if !options.Until.IsZero() {
		write.has_until, write.until = 1, C.int64_t(options.Until.Unix())
	}
	return r.write(ctx, C.CFACCESS_GO_BLOCK, target, write, options.Reason, options.MadeBy)
}

// Lift ends a block; tokens that were issued before it stay refused. Where there is no block, the revocation is
// lifted, and its tokens are good again. Lifting what is not there has no effect. It waits as [Revocations.Revoke]
// does.
//
// Errors: those of Revoke.
func (r *Revocations) Lift(ctx context.Context, target Target, options LiftOptions) error {
	return r.write(ctx, C.CFACCESS_GO_LIFT, target, C.cfaccess_go_write{}, options.Reason, options.MadeBy)
}

func (r *Revocations) write(
	ctx context.Context, action C.cfaccess_go_action, target Target, write C.cfaccess_go_write, reason, madeBy string,
) error {
	kind, value, err := target.inC()
	if err != nil {
		return err
	}
	write.kind, write.value = kind, value
	for _, text := range []struct {
		what, text string
		place      **C.char
	}{{"the reason", reason, &write.reason}, {"the author", madeBy, &write.made_by}} {
		if *text.place, err = terminated(text.what, text.text, ErrInvalidArgument); err != nil {
			return err
		}
	}
	return r.call(ctx, ErrRevocationsUnavailable, func(pointer *C.cfaccess_revocations) error {
		return outcomeError(C.cfaccess_go_revocations_write(pointer, action, write))
	})
}
