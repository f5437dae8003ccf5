package cfaccess

import (
	"context"
	"net/http"
	"strings"
)

type contextKey struct{}

// passage is what a guard leaves in the context: the claims, or nil where it let the request
// through unverified.
type passage struct{ claims *Claims }

// FromContext gives the claims of the request that a middleware of [NewMiddleware] let through. It
// gives false on an open path, and where there is no such middleware.
func FromContext(ctx context.Context) (*Claims, bool) {
	left, _ := ctx.Value(contextKey{}).(passage)
	return left.claims, left.claims != nil
}

// IsOpen reports whether a middleware of [NewMiddleware] let the request through unverified, because
// it is for an [OpenPath]. Without such a middleware it gives false.
func IsOpen(ctx context.Context) bool {
	left, found := ctx.Value(contextKey{}).(passage)
	return found && left.claims == nil
}

// passed gives the request as the handler gets it. The one that came stays as it is.
func passed(r *http.Request, claims *Claims) *http.Request {
	request := r.WithContext(context.WithValue(r.Context(), contextKey{}, passage{claims}))
	request.Header = r.Header.Clone()
	for name := range request.Header {
		if isEmailHeader(name) {
			delete(request.Header, name)
		}
	}
	if claims != nil && claims.kind == Person {
		request.Header.Set(emailHeader, claims.email)
	}
	return request
}

// isEmailHeader also knows the name with underscores: CGI and its kin do not tell them from hyphens.
func isEmailHeader(name string) bool {
	return len(name) == len(emailHeader) && strings.EqualFold(strings.ReplaceAll(name, "_", "-"), emailHeader)
}
