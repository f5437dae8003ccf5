package cfaccess

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// route is a Route that was checked. Its prefix is empty for all paths.
type route struct {
	prefix    string
	byPath    bool // the path decides whether it is this route
	verifier  *Verifier
	loginPage *url.URL
}

// routes are kept by host, and those of a host with the longest prefix first.
type routes map[string][]*route

func (r routes) find(request *http.Request) (*route, error) {
	candidates, named := r[hostOf(request)]
	if !named {
		candidates = r[""]
	}
	if len(candidates) == 1 && !candidates[0].byPath {
		return candidates[0], nil
	}
	if len(candidates) > 0 && !isClean(request.URL) {
		return nil, refuse(ErrUncleanPath, "the path could be understood in several ways")
	}
	for _, candidate := range candidates {
		if candidate.covers(request.URL.Path) {
			return candidate, nil
		}
	}
	return nil, refuse(ErrNoRoute, "no route is for this host and path")
}

func (r *route) covers(path string) bool {
	rest, found := strings.CutPrefix(path, r.prefix)
	return found && (rest == "" || rest[0] == '/')
}

// hostOf returns the host that a request is for: lower-case, without port and final dot.
func hostOf(r *http.Request) string {
	return canonicalHost((&url.URL{Host: r.Host}).Hostname())
}

func canonicalHost(name string) string {
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// isClean reports whether a path has only one meaning.
func isClean(u *url.URL) bool {
	if !strings.HasPrefix(u.Path, "/") || !utf8.ValidString(u.Path) || hasEncodedSlash(u.EscapedPath()) {
		return false
	}
	if strings.ContainsFunc(u.Path, isBackslashOrControl) || isStillEncoded(u.Path) {
		return false
	}
	segments := strings.Split(u.Path[1:], "/")
	for i, segment := range segments {
		name, _, _ := strings.Cut(segment, ";")
		isLast := i == len(segments)-1
		if name == "." || name == ".." || (segment == "" && !isLast) {
			return false
		}
	}
	return true
}

func hasEncodedSlash(escaped string) bool {
	return strings.Contains(escaped, "%2F") || strings.Contains(escaped, "%2f")
}

func isBackslashOrControl(character rune) bool {
	return character == '\\' || character < ' ' || character == 0x7f
}

// isStillEncoded reports whether decoding again would change the path.
func isStillEncoded(path string) bool {
	for i := 0; i+2 < len(path); i++ {
		if path[i] == '%' && isHexDigit(path[i+1]) && isHexDigit(path[i+2]) {
			return true
		}
	}
	return false
}

func isHexDigit(character byte) bool {
	return strings.IndexByte("0123456789abcdefABCDEF", character) >= 0
}
