package cfaccess

import "log/slog"

// AccessError says why a token, a key document or a configuration was not accepted. Every error
// of this package is one.
//
// errors.Is(err, [ErrExpired]) tests for a status, and errors.As gives the AccessError itself:
//
//	var refusal *cfaccess.AccessError
//	if errors.As(err, &refusal) {
//		http.Error(w, refusal.Status, refusal.HTTPStatus)
//	}
type AccessError struct {
	// Status is the one cause, as a stable name such as "EXPIRED". Newer libraries may have
	// causes for which this package has no Err variable.
	Status string

	// HTTPStatus is the status that an origin should answer with: 401 where a new login can help,
	// 403 where it cannot, 503 if the keys are missing, 500 for a mistake in the program.
	HTTPStatus int

	// Message is for people and logs: one printable line of at most 256 characters. It is not
	// stable, and never shows a token, a signature or a key.
	Message string

	cause error // nil, or the error of a context
}

// Error returns status and message in one line.
func (e *AccessError) Error() string {
	return "cfaccess: " + e.Status + ": " + e.Message
}

// LogValue returns the attributes "status", "http_status" and "message", which [log/slog] logs for the error. An
// error that wraps it is logged as its text.
func (e *AccessError) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("status", e.Status),
		slog.Int("http_status", e.HTTPStatus),
		slog.String("message", e.Message),
	)
}

// Is reports whether target is the Err variable of this error's status. It is for [errors.Is].
func (e *AccessError) Is(target error) bool {
	known, ok := target.(*condition)
	return ok && known.name == e.Status
}

// Unwrap returns the error of the context if the call ended because its context did, and otherwise nil.
func (e *AccessError) Unwrap() error { return e.cause }

// condition is a status of the library, and the sentinel error that stands for it.
type condition struct {
	number int32
	name   string
	http   int
}

func (c *condition) Error() string {
	return "cfaccess: " + c.name
}

// refuse makes the error of a call that this package itself refuses.
func refuse(sentinel error, message string) error {
	kind := sentinel.(*condition)
	return &AccessError{Status: kind.name, HTTPStatus: kind.http, Message: message}
}
