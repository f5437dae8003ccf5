package cfaccess

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

func newGuard(config Guard) (*guard, error) {
	made := &guard{routes: routes{}, open: map[OpenPath]bool{}, onRefusal: config.OnRefusal}
	if len(config.Routes) == 0 {
		return nil, refuse(ErrInvalidConfig, "the Guard has no route")
	}
	for i, route := range config.Routes {
		if err := made.routes.add(route); err != nil {
			return nil, refuse(ErrInvalidConfig, fmt.Sprintf("route %d of the Guard: %v", i, err))
		}
	}
	for i, path := range config.Open {
		if err := made.addOpen(path); err != nil {
			return nil, refuse(ErrInvalidConfig, fmt.Sprintf("open path %d of the Guard: %v", i, err))
		}
	}
	if len(config.TrustedOrigins) > 0 && !config.CheckOrigin {
		return nil, refuse(ErrInvalidConfig, "the Guard trusts origins but does not check them")
	}
	made.origins.enabled = config.CheckOrigin
	for i, origin := range config.TrustedOrigins {
		trusted, err := parseOrigin(origin)
		if err != nil {
			return nil, refuse(ErrInvalidConfig, fmt.Sprintf("trusted origin %d of the Guard: %v", i, err))
		}
		made.origins.trusted = append(made.origins.trusted, trusted)
	}
	return made, nil
}

func (r routes) add(config Route) error {
	if config.Verifier == nil || config.Verifier.handle == nil {
		return errors.New("it has no Verifier of NewVerifier")
	}
	host, err := checkHost(config.Host)
	if err != nil {
		return err
	}
	prefix := strings.TrimSuffix(config.Prefix, "/")
	if prefix != "" && (strings.HasSuffix(prefix, "/") || !isClean(&url.URL{Path: prefix})) {
		return errors.New("the prefix is not a clean path that begins with a slash")
	}
	login, err := checkLoginPage(config.LoginPage)
	if err != nil {
		return err
	}
	for _, other := range r[host] {
		if other.prefix == prefix {
			return errors.New("another route has the same host and prefix")
		}
	}
	r[host] = append(r[host], &route{prefix: prefix, verifier: config.Verifier, loginPage: login})
	slices.SortFunc(r[host], func(a, b *route) int { return len(b.prefix) - len(a.prefix) })
	for _, one := range r[host] {
		one.byPath = len(r[host]) > 1 || one.prefix != ""
	}
	return nil
}

func (g *guard) addOpen(path OpenPath) error {
	host, err := checkHost(path.Host)
	if err != nil {
		return err
	}
	if path.Method == "" || strings.ToUpper(path.Method) != path.Method {
		return errors.New("it needs a method in capitals")
	}
	if !isClean(&url.URL{Path: path.Path}) {
		return errors.New("it is not a clean path that begins with a slash")
	}
	path.Host = host
	g.open[path] = true
	return nil
}

func checkHost(host string) (string, error) {
	if host == "" {
		return "", nil
	}
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return address.String(), nil
	}
	name := canonicalHost(host)
	if name == "" || strings.ContainsAny(name, ":/*@[]?# ") {
		return "", errors.New("the host is not a name or an address, without port and wildcard")
	}
	return name, nil
}

func checkLoginPage(page string) (*url.URL, error) {
	if page == "" {
		return nil, nil
	}
	parsed, err := url.Parse(page)
	if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil ||
		parsed.Fragment != "" || parsed.Query().Has("redirect_url") {
		return nil, errors.New("the login page is not an https URL without user, fragment and redirect_url")
	}
	return parsed, nil
}
