package cfaccess

import (
	"context"
	"net/http"
	"strings"
)

type contextKey struct{}

// openRequest stands for the claims in the context of a request on an open path.
var openRequest = new(Claims)

// FromContext gives the claims of a request that a [Middleware] accepted, or those that [NewContext] put
// there. It gives false on an open path, and if there are none.
func FromContext(ctx context.Context) (*Claims, bool) {
	claims, _ := ctx.Value(contextKey{}).(*Claims)
	if claims == nil || claims == openRequest {
		return nil, false
	}
	return claims, true
}

// NewContext gives a context from which [FromContext] gives the claims: for protocols that have no
// [http.Handler], and for tests of handlers. With nil it gives one without claims.
func NewContext(ctx context.Context, claims *Claims) context.Context {
	return context.WithValue(ctx, contextKey{}, claims)
}

// IsOpen reports whether a [Middleware] accepted the request unverified, because it is for an
// [OpenPath].
func IsOpen(ctx context.Context) bool {
	claims, _ := ctx.Value(contextKey{}).(*Claims)
	return claims == openRequest
}

// admitted gives the request as the handler gets it. The original is left unchanged. If its path decided,
// the request has only the decoded path, by which it was judged: a router that goes by another spelling
// ("/health%7A") might take it for another one.
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
