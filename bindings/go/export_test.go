package cfaccess

// Internals that the tests of the public API need.

type KnownStatus struct {
	Number     int32
	Name       string
	HTTPStatus int
	Sentinel   error
}

func KnownStatuses() []KnownStatus {
	var all []KnownStatus
	for _, known := range conditions {
		all = append(all, KnownStatus{known.number, known.name, known.http, known})
	}
	return all
}

// ClaimsWithCustom has custom claims that no token could have.
func ClaimsWithCustom(custom JSON) *Claims { return &Claims{custom: custom} }

var (
	LibraryStatusName = libraryStatusName
	LibraryStatusHTTP = libraryStatusHTTP
	LibraryIsPending  = libraryIsPending
	IsPending         = isPending
	StatusError       = statusError
)

// ForgetClaims empties the table of claims, as if others had displaced them.
func ForgetClaims(verifier *Verifier) {
	for i := range verifier.table.segments {
		verifier.table.segments[i].Store(nil)
	}
}

// PendingVerdicts is how often the library has answered KEYS_PENDING, repeats of one call included.
func PendingVerdicts(verifier *Verifier) uint64 {
	stats, err := verifier.Stats()
	if err != nil {
		return 0
	}
	return stats.Refusals["KEYS_PENDING"] + verifier.repeats.keysPending.Load()
}

// NewMiddlewareAt is NewMiddleware for another time, in seconds since 1970. It keeps no claims.
func NewMiddlewareAt(config Guard, now int64) (Middleware, error) {
	made, err := newGuard(config)
	if err != nil {
		return nil, err
	}
	made.now = &now
	return made.protect, nil
}
