package cfaccess

import (
	"context"
	"net/http"
	"strings"
)

type contextKey struct{}

// openRequest stands for the claims in the context of a request on an open path.
var openRequest = new(Claims)

// FromContext returns the claims of a request that a [Middleware] accepted, or those that [NewContext] put
// there. It returns false on an open path, and if there are none.
func FromContext(ctx context.Context) (*Claims, bool) {
	claims, _ := ctx.Value(contextKey{}).(*Claims)
	if claims == nil || claims == openRequest {
		return nil, false
	}
	return claims, true
}

// NewContext returns a context from which [FromContext] gives the claims: for protocols that have no
// [http.Handler], and for tests of handlers. With nil it returns one without claims.
func NewContext(ctx context.Context, claims *Claims) context.Context {
	return context.WithValue(ctx, contextKey{}, claims)
}

// IsOpen reports whether a [Middleware] accepted the request unverified, because it is for an
// [OpenPath].
func IsOpen(ctx context.Context) bool {
	claims, _ := ctx.Value(contextKey{}).(*Claims)
	return claims == openRequest
}

// admitted returns the request for the handler, and leaves the original unchanged. If its path decided, the
// request has only the decoded path that was checked: a router that uses the encoded one ("/health%7A")
// might choose a handler for another path.
func admitted(r *http.Request, claims *Claims, byPath bool) *http.Request {
	request := r.WithContext(NewContext(r.Context(), claims))
	request.Header = r.Header.Clone()
	for name := range request.Header {
		if isEmailHeader(name) {
			delete(request.Header, name)
		}
	}
	if claims.kind == Person {
		request.Header.Set(emailHeader, claims.email)
	}
	if byPath && r.URL.RawPath != "" {
		decoded := *r.URL
		decoded.RawPath = ""
		request.URL = &decoded
	}
	return request
}

// isEmailHeader also knows the name with underscores, which CGI and its successors do not tell from hyphens.
func isEmailHeader(name string) bool {
	return len(name) == len(emailHeader) && strings.EqualFold(strings.ReplaceAll(name, "_", "-"), emailHeader)
}
