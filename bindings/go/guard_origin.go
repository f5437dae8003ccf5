package cfaccess

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// originCheck is the check of Guard.CheckOrigin.
type originCheck struct {
	enabled bool
	trusted []string
}

func (c *originCheck) check(r *http.Request) error {
	if !c.enabled || (isSafe(r.Method) && r.Header.Get("Upgrade") == "") {
		return nil
	}
	origins, sites := r.Header.Values("Origin"), r.Header.Values("Sec-Fetch-Site")
	if len(origins) > 1 || len(sites) > 1 {
		return refuse(ErrCrossOrigin, "the request names more than one origin")
	}
	origin := strings.ToLower(strings.Join(origins, ""))
	switch {
	case slices.Contains(c.trusted, origin):
		return nil
	case len(sites) > 0:
		if sites[0] == "same-origin" || sites[0] == "none" {
			return nil
		}
	case len(origins) == 0:
		return nil
	case isOriginOf(origin, r.Host):
		return nil
	}
	return refuse(ErrCrossOrigin, "a page of another origin caused the request")
}

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// isOriginOf ignores the scheme, since a server behind a proxy does not know its own.
func isOriginOf(origin, host string) bool {
	_, rest, found := strings.Cut(origin, "://")
	return found && rest == strings.ToLower(host)
}

// parseOrigin returns an origin as browsers write it.
func parseOrigin(origin string) (string, error) {
	parsed, err := url.Parse(origin)
	if err != nil || parsed.Hostname() == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") ||
		!strings.EqualFold(origin, parsed.Scheme+"://"+parsed.Host) {
		return "", errors.New("it is not like https://app.example.com")
	}
	return strings.ToLower(origin), nil
}
