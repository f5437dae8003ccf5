package cfaccess

// What tests of the package's outside need to see of its inside.

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
	StatusError       = statusError
)
