package cfaccess

// #include "shim.h"
import "C"

import "encoding/json"

// Stats tells what a verifier has done since it was made. In JSON its members have the names that they
// have in all languages.
type Stats struct {
	// Verified is how many tokens were accepted after a whole verification.
	Verified uint64 `json:"verified"`
	// Hits is how many were accepted because they had been verified before and still hold.
	Hits uint64 `json:"hits"`
	// Refusals is how many tokens and requests were refused, by [AccessError.Status]. Only those that
	// occurred are there. A call that waits for keys counts as one, and more, with KEYS_PENDING.
	Refusals map[string]uint64 `json:"refusals"`
	// Evictions is how many verified tokens were given up to make room.
	Evictions uint64 `json:"evictions"`
	// Entries is how many verified tokens the library keeps now: at most [Config.CacheEntries].
	Entries int64 `json:"entries"`
	// Bytes is the memory that they take: at most [Config.CacheBytes].
	Bytes int64 `json:"bytes"`
}

// Stats tells what the verifier has done so far.
//
// Errors: [ErrInvalidArgument] if the Verifier is closed.
func (v *Verifier) Stats() (Stats, error) {
	var stats Stats
	pointer, door, err := v.borrow()
	if err != nil {
		return stats, err
	}
	defer v.giveBack(door)
	made := C.cfaccess_go_stats(pointer)
	if err := outcomeError(made.outcome); err != nil {
		return stats, err
	}
	defer C.cfaccess_string_free(made.string)
	if err := json.Unmarshal([]byte(C.GoString(made.string)), &stats); err != nil {
		return stats, refuse(ErrInternal, "the library told its stats in another form")
	}
	return stats, nil
}
