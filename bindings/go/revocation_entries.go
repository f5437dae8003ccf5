package cfaccess

// #include "revocations.h"
import "C"

import (
	"context"
	"encoding/json"
	"time"
)

// Forever is, in a [RevocationEntry], the time that never comes.
var Forever = time.Unix(1<<53-1, 0).UTC()

// RevocationEntry is what a store remembers of a target. In JSON its members have the names that they have in all
// languages, and times are in seconds since 1970.
type RevocationEntry struct {
	// Target is what the entry is about, in the form in which values are compared.
	Target Target
	// NotIssuedAfter is the time up to which tokens that were issued are refused; zero if nothing is revoked,
	// and [Forever] if all are.
	NotIssuedAfter time.Time
	// BlockedUntil is the time until which all tokens are refused, perhaps [Forever]; zero if nothing is
	// blocked.
	BlockedUntil time.Time
	// ExpiresAt is when the entry refuses no token any more that is alive, and falls away.
	ExpiresAt time.Time
	// MadeAt is when the entry was last written.
	MadeAt time.Time
	// MadeBy says who wrote it last; may be empty.
	MadeBy string
	// Reason says why; may be empty.
	Reason string
}

// ListOptions say which entries are listed. The zero value is valid.
type ListOptions struct {
	// Kind is of which kind they are; 0 means all.
	Kind TargetKind
	// After is the last target of the page before; the zero Target means the first page.
	After Target
	// Limit is how many entries are listed at most, up to 10,000. 0 means 100.
	Limit int
}

const defaultListLimit = 100

// List returns a page of the entries of the store, in the order of kind and value. A page with fewer entries than
// [ListOptions.Limit] is the last. Entries that were lifted neither revoke nor block; they and those that fell away
// are there until the store removes them. It waits as [Revocations.Revoke] does.
//
// Errors: [ErrInvalidArgument] if an option is wrong or the Revocations are closed; [ErrRevocationsUnavailable] if the
// store does not answer, or the context ended first, which wraps the error of the context.
func (r *Revocations) List(ctx context.Context, options ListOptions) ([]RevocationEntry, error) {
	afterKind, afterValue, err := options.After.inC()
	if err != nil {
		return nil, err
	}
	if options.Limit == 0 {
		options.Limit = defaultListLimit
	}
	// Of its own, since a call whose context has ended writes to it later.
	page := make(chan []RevocationEntry, 1)
	err = r.call(ctx, ErrRevocationsUnavailable, func(pointer *C.cfaccess_revocations) error {
		made := C.cfaccess_go_revocations_list(
			pointer, C.int32_t(options.Kind), afterKind, afterValue, C.int64_t(options.Limit))
		if err := outcomeError(made.outcome); err != nil {
			return err
		}
		defer C.cfaccess_string_free(made.string)
		var read entriesJSON
		if err := json.Unmarshal([]byte(C.GoString(made.string)), &read); err != nil {
			return refuse(ErrInternal, "the library returned its entries in another form")
		}
		page <- read.Entries
		return nil
	})
	if err != nil {
		return nil, err
	}
	return <-page, nil
}

// Import adds entries as [Revocations.List] returns them, all or none: of another store, or made by the program
// itself. They only raise what is there. A MadeAt that is zero is now, and an ExpiresAt that is too early for a token
// that could be alive is put off. It waits as [Revocations.Revoke] does.
//
// Errors: those of Revoke.
func (r *Revocations) Import(ctx context.Context, entries []RevocationEntry) error {
	document, err := json.Marshal(entriesJSON{append([]RevocationEntry{}, entries...)})
	if err != nil {
		return refuse(ErrInternal, "the entries have no form in JSON")
	}
	return r.call(ctx, ErrRevocationsUnavailable, func(pointer *C.cfaccess_revocations) error {
		return outcomeError(C.cfaccess_go_revocations_import(pointer, bytesPointer(document), C.size_t(len(document))))
	})
}

type entriesJSON struct {
	Entries []RevocationEntry `json:"entries"`
}

// entryJSON is an entry as all languages write it.
type entryJSON struct {
	Kind           string `json:"kind"`
	Value          string `json:"value"`
	NotIssuedAfter *int64 `json:"not_issued_after"`
	BlockedUntil   *int64 `json:"blocked_until"`
	ExpiresAt      *int64 `json:"expires_at"`
	MadeAt         *int64 `json:"made_at"`
	MadeBy         string `json:"made_by"`
	Reason         string `json:"reason"`
}

// MarshalJSON returns times in seconds since 1970.
func (e RevocationEntry) MarshalJSON() ([]byte, error) {
	return json.Marshal(entryJSON{
		Kind:           e.Target.kind.String(),
		Value:          e.Target.value,
		NotIssuedAfter: unixSeconds(e.NotIssuedAfter),
		BlockedUntil:   unixSeconds(e.BlockedUntil),
		ExpiresAt:      unixSeconds(e.ExpiresAt),
		MadeAt:         unixSeconds(e.MadeAt),
		MadeBy:         e.MadeBy,
		Reason:         e.Reason,
	})
}

// UnmarshalJSON takes times in seconds since 1970.
func (e *RevocationEntry) UnmarshalJSON(text []byte) error {
	var read entryJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*e = RevocationEntry{
		Target:         Target{value: read.Value},
		NotIssuedAfter: timeOf(read.NotIssuedAfter),
		BlockedUntil:   timeOf(read.BlockedUntil),
		ExpiresAt:      timeOf(read.ExpiresAt),
		MadeAt:         timeOf(read.MadeAt),
		MadeBy:         read.MadeBy,
		Reason:         read.Reason,
	}
	for kind, name := range targetNames {
		if name == read.Kind {
			e.Target.kind = kind
		}
	}
	return nil
}

func unixSeconds(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	seconds := at.Unix()
	return &seconds
}

func timeOf(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0).UTC()
}
