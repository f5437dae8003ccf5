package cfaccess

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// refuse writes the answer. It contains nothing of the request but its path, and that only in a redirect.
func (g *guard) refuse(w http.ResponseWriter, r *http.Request, route *route, refusal *AccessError) {
	if g.onRefusal != nil {
		g.onRefusal(r, refusal)
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept")
	if route != nil && route.loginPage != nil && canLogIn(refusal) && isNavigation(r) && isClean(r.URL) {
		header.Set("Location", route.loginURL(r))
		w.WriteHeader(http.StatusFound)
		return
	}
	contentType, body := answerBody(r, refusal.Status)
	header.Set("Content-Type", contentType)
	header.Set("X-Content-Type-Options", "nosniff")
	if refusal.HTTPStatus == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Cloudflare-Access")
	}
	w.WriteHeader(refusal.HTTPStatus)
	w.Write(body)
}

func answerBody(r *http.Request, status string) (contentType string, body []byte) {
	meaning := meaningOf(status)
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if max(quality(accept, "text/plain"), quality(accept, "text/html")) > quality(accept, "application/json") {
		return "text/plain; charset=utf-8", fmt.Appendf(nil, "%s: %s\n", status, meaning)
	}
	body, _ = json.Marshal(struct { // of two strings, which cannot fail
		Status  string `json:"status"`
		Message string `json:"message"`
	}{status, meaning})
	return "application/json", append(body, '\n')
}

// meaningOf returns the general description of a status, which is the same for all requests.
func meaningOf(status string) string {
	switch status {
	case "NO_ROUTE":
		return "there is no application here"
	case "UNCLEAN_PATH":
		return "the path could be understood in several ways"
	case "CROSS_ORIGIN":
		return "a page of another origin caused the request"
	}
	for number, known := range conditions {
		if known.name == status {
			return libraryStatusDescription(number)
		}
	}
	return "the request was refused"
}

// canLogIn reports whether a login would bring a browser another token. For other refusals Access would send
// it back at once with the token that was refused.
func canLogIn(refusal *AccessError) bool {
	return slices.ContainsFunc([]error{ErrNoToken, ErrExpired, ErrSessionTooOld, ErrRevoked}, refusal.Is)
}

// isNavigation reports whether a browser shows the answer as a page.
func isNavigation(r *http.Request) bool {
	header := r.Header
	script := strings.ToLower(strings.Join(header.Values("X-Requested-With"), ","))
	return r.Method == http.MethodGet &&
		!strings.Contains(script, "xmlhttprequest") &&
		isMissingOr(header.Values("Sec-Fetch-Mode"), "navigate") &&
		isMissingOr(header.Values("Sec-Fetch-Dest"), "document") &&
		header.Get("Upgrade") == "" &&
		namesHTML(strings.Join(header.Values("Accept"), ","))
}

func isMissingOr(values []string, only string) bool {
	return len(values) == 0 || (len(values) == 1 && values[0] == only)
}

// loginURL leads to the login page and from there back to the path of the request.
func (r *route) loginURL(request *http.Request) string {
	page := *r.loginPage
	if page.RawQuery != "" {
		page.RawQuery += "&"
	}
	page.RawQuery += "redirect_url=" + url.QueryEscape(request.URL.EscapedPath())
	return page.String()
}
