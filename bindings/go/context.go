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
// there. It returns false for a request that [IsOpen], and if there are none.
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

// IsOpen reports whether a [Middleware] accepted the request unverified: for an [OpenPath], or as a preflight
// request that [Guard.AllowPreflight] allows.
func IsOpen(ctx context.Context) bool {
	claims, _ := ctx.Value(contextKey{}).(*Claims)
	return claims == openRequest
}

// admitted returns the request for the handler, and leaves the original unchanged, in which emailNames
// headers are spellings of the e-mail header. With decoded it has only the decoded path that was checked:
// a router that uses the encoded one ("/health%7A") might choose a handler for another path.
func admitted(r *http.Request, claims *Claims, emailNames int, decoded bool) *http.Request {
	request := r.WithContext(NewContext(r.Context(), claims))
	if !hasEmailOnly(r.Header, emailNames, claims.emailHeader) {
		request.Header = withEmailOnly(r.Header, claims.emailHeader)
	}
	if decoded && r.URL.RawPath != "" {
		url := *r.URL
		url.RawPath = ""
		request.URL = &url
	}
	return request
}

// hasEmailOnly reports whether a header names exactly this e-mail, or none for nil, and need not be copied.
func hasEmailOnly(header http.Header, emailNames int, email *string) bool {
	if email == nil {
		return emailNames == 0
	}
	values := header[emailHeader]
	return emailNames == 1 && len(values) == 1 && values[0] == *email
}

// withEmailOnly returns a copy of the header that names exactly this e-mail, or none for nil.
func withEmailOnly(header http.Header, email *string) http.Header {
	changed := header.Clone()
	for name := range changed {
		if isEmailHeader(name) {
			delete(changed, name)
		}
	}
	if email != nil {
		changed.Set(emailHeader, *email)
	}
	return changed
}

// isEmailHeader also knows the name with underscores, which CGI and its successors do not tell from hyphens.
func isEmailHeader(name string) bool {
	return len(name) == len(emailHeader) && strings.EqualFold(strings.ReplaceAll(name, "_", "-"), emailHeader)
}
