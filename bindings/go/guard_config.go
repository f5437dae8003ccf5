package cfaccess

// #include "guard.h"
import "C"

import (
	"log/slog"
	"runtime"
	"slices"
)

// newGuard makes the library's guard, and logs the warnings of its verifiers.
func newGuard(config Guard) (*guard, error) {
	built, err := config.build()
	if err != nil {
		return nil, err
	}
	defer C.cfaccess_guard_config_free(built)
	made := C.cfaccess_go_guard_new(built)
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	verifiers := config.verifiers()
	g := &guard{
		pointer:   made.guard,
		waiters:   config.waiters(),
		table:     sharedTable(verifiers),
		verifiers: verifiers,
		decodes:   slices.ContainsFunc(config.Routes, func(r Route) bool { return r.Prefix != "" && r.Prefix != "/" }),
		onRefusal: config.OnRefusal,
	}
	runtime.AddCleanup(g, freeGuard, made.guard)
	for _, verifier := range verifiers {
		for _, warning := range verifier.Warnings() {
			warn(warning)
		}
	}
	return g, nil
}

func freeGuard(guard *C.cfaccess_guard) {
	C.cfaccess_guard_free(guard)
}

// warn tells the operator.
func warn(line string) {
	// There is nowhere to report that the logger failed.
	_ = isolated(func() { slog.Warn("cfaccess: " + line) })
}

// build returns the configuration in the form of the library. The caller frees it.
func (g Guard) build() (*C.cfaccess_guard_config, error) {
	made := C.cfaccess_go_guard_config_new()
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	if err := g.fill(made.config); err != nil {
		C.cfaccess_guard_config_free(made.config)
		return nil, err
	}
	return made.config, nil
}

func (g Guard) fill(config *C.cfaccess_guard_config) error {
	for _, route := range g.Routes {
		if err := route.addTo(config); err != nil {
			return err
		}
	}
	for _, path := range g.Open {
		if err := path.addTo(config); err != nil {
			return err
		}
	}
	for _, origin := range g.TrustedOrigins {
		text, err := terminated("a trusted origin", origin, ErrInvalidConfig)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_guard_config_trust_origin(config, text)); err != nil {
			return err
		}
	}
	if g.CheckOrigin {
		if err := outcomeError(C.cfaccess_go_guard_config_check_origin(config)); err != nil {
			return err
		}
	}
	if g.AllowPreflight {
		return outcomeError(C.cfaccess_go_guard_config_allow_preflight(config))
	}
	return nil
}

func (r Route) addTo(config *C.cfaccess_guard_config) error {
	if r.Verifier == nil || r.Verifier.handle == nil {
		return refuse(ErrInvalidConfig, "a route has no Verifier of NewVerifier")
	}
	host, err := optional("the host of a route", r.Host)
	if err != nil {
		return err
	}
	prefix, err := optional("the prefix of a route", r.Prefix)
	if err != nil {
		return err
	}
	loginPage, err := optional("the login page of a route", r.LoginPage)
	if err != nil {
		return err
	}
	verifier, stripe, err := r.Verifier.borrow()
	if err != nil {
		return err
	}
	defer stripe.RUnlock()
	return outcomeError(C.cfaccess_go_guard_config_add_route(config, host, prefix, verifier, loginPage))
}

func (p OpenPath) addTo(config *C.cfaccess_guard_config) error {
	method, err := terminated("the method of an open path", p.Method, ErrInvalidConfig)
	if err != nil {
		return err
	}
	host, err := optional("the host of an open path", p.Host)
	if err != nil {
		return err
	}
	path, err := terminated("an open path", p.Path, ErrInvalidConfig)
	if err != nil {
		return err
	}
	return outcomeError(C.cfaccess_go_guard_config_add_open_path(config, method, host, path))
}

// optional returns NULL for an empty text.
func optional(what, text string) (*C.char, error) {
	if text == "" {
		return nil, nil
	}
	return terminated(what, text, ErrInvalidConfig)
}

// verifiers returns each verifier once.
func (g Guard) verifiers() []*Verifier {
	var distinct []*Verifier
	for _, route := range g.Routes {
		isSame := func(other *Verifier) bool { return other.handle == route.Verifier.handle }
		if !slices.ContainsFunc(distinct, isSame) {
			distinct = append(distinct, route.Verifier)
		}
	}
	return distinct
}

// waiters returns those of the verifier of each route.
func (g Guard) waiters() [][]*fetchWaiters {
	var waiters [][]*fetchWaiters
	for _, route := range g.Routes {
		waiters = append(waiters, route.Verifier.waiters)
	}
	return waiters
}

// sharedTable has room for as many claims as the verifiers keep.
func sharedTable(verifiers []*Verifier) *claimsTable {
	entries, bytes := 0, int64(0)
	for _, verifier := range verifiers {
		entries += verifier.cacheEntries
		bytes += verifier.cacheBytes
	}
	return newClaimsTable(entries, bytes)
}
