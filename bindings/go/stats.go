package cfaccess

// #include "shim.h"
import "C"

import "encoding/json"

// Stats counts what a verifier has done since it was made. A call counts once, with its final
// result. In JSON its members have the names that they have in all languages.
type Stats struct {
	// Verified is how many tokens were accepted after a full verification.
	Verified uint64 `json:"verified"`
	// Hits is how many were accepted because they had been verified before and are still valid.
	Hits uint64 `json:"hits"`
	// Refusals is how many tokens and requests were refused, by [AccessError.Status]. Only those that
	// occurred are listed.
	Refusals map[string]uint64 `json:"refusals"`
	// Evictions is how many verified tokens were removed from the cache to make room.
	Evictions uint64 `json:"evictions"`
	// Entries is how many verified tokens the library keeps now: at most [Config.CacheEntries].
	Entries int64 `json:"entries"`
	// Bytes is the memory that they take: at most [Config.CacheBytes].
	Bytes int64 `json:"bytes"`
	// Warnings are those of [Verifier.Warnings].
	Warnings []string `json:"warnings"`
}

// Stats returns what the verifier has counted so far.
//
// Errors: [ErrInvalidArgument] if the Verifier is closed.
func (v *Verifier) Stats() (Stats, error) {
	var stats Stats
	pointer, stripe, err := v.borrow()
	if err != nil {
		return stats, err
	}
	defer stripe.RUnlock()
	// Loaded first, so that the library has counted what they subtract.
	hits := v.repeats.hits.Load()
	pending := map[string]uint64{
		"KEYS_PENDING":        v.repeats.keysPending.Load(),
		"REVOCATIONS_PENDING": v.repeats.revocationsPending.Load(),
	}
	made := C.cfaccess_go_stats(pointer)
	if err := outcomeError(made.outcome); err != nil {
		return stats, err
	}
	defer C.cfaccess_string_free(made.string)
	if err := json.Unmarshal([]byte(C.GoString(made.string)), &stats); err != nil {
		return stats, refuse(ErrInternal, "the library returned its stats in another form")
	}
	stats.Hits -= hits
	stats.withoutPending(pending)
	return stats, nil
}

func (s *Stats) withoutPending(repeats map[string]uint64) {
	for status, count := range repeats {
		if s.Refusals[status] > count {
			s.Refusals[status] -= count
		} else {
			delete(s.Refusals, status)
		}
	}
}
