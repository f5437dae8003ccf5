package cfaccess

// #include "revocations.h"
import "C"

import "time"

// NoLeeway as [Config.Leeway] means no leeway at all.
const NoLeeway time.Duration = -1

// NoCache as [Config.CacheEntries] or [Config.CacheBytes] means that every token is verified in full, even
// one that was verified before.
const NoCache = -1

// The defaults of the library, which this package must know as well.
const (
	defaultCacheEntries = 8_192
	defaultCacheBytes   = 32 << 20
)

// Config says what one application accepts. Its zero value is invalid: a team and an audience must be
// named. Every other field left at zero means the strict default, and no value of any
// field turns a check off.
type Config struct {
	// Team is the Access team: "acme", "acme.cloudflareaccess.com" or
	// "https://acme.cloudflareaccess.com", and "acme.fed.cloudflareaccess.com" for FedRAMP.
	Team string

	// Audiences are the Application Audience (AUD) tags of the application, at least one and at
	// most 1,024. A token has to name one of them, byte by byte. One that is not 64 hex digits
	// is accepted, but reported by [Verifier.Warnings].
	Audiences []string

	// Leeway is how far the clocks of Access and of this machine may differ, in whole seconds up
	// to 300. 0 means 30 seconds; [NoLeeway] means none.
	Leeway time.Duration

	// MaxLifetime is the longest time between "iat" and "exp" of a token, in whole seconds up to
	// 31,622,400 (366 days). 0 means 2,628,060: one month, the longest session that the dashboard of
	// Access offers, and a minute.
	MaxLifetime time.Duration

	// MaxAge is the longest time since "iat" that is accepted, in whole seconds up to 31,622,400
	// (366 days), compared without leeway. 0 means no such bound. A person must log in again after
	// it, even if Access would still accept the session.
	MaxAge time.Duration

	// AllowServices are the Client IDs of service tokens that are accepted. By default only
	// persons are.
	AllowServices []string

	// AllowAnyService accepts every service token of the team that has the right audience. It
	// and AllowServices exclude each other.
	AllowAnyService bool

	// AcceptCookie takes the token of a request from the cookie CF_Authorization if the header
	// Cf-Access-Jwt-Assertion is missing. Access does not promise to pass the cookie on, and a
	// browser also sends it with requests that other sites cause: see [Guard.CheckOrigin].
	AcceptCookie bool

	// EmailHeader says how the request header Cf-Access-Authenticated-User-Email is handled,
	// which any client can send. By default it is checked.
	EmailHeader EmailHeader

	// Revocations are those of the same team: tokens that were revoked are refused, with [ErrRevoked] or
	// [ErrBlocked], whether or not they were accepted before. nil means that none are.
	Revocations *Revocations

	// CacheEntries is the largest number of verified tokens that are kept, so that a token that is sent
	// again is only looked up: up to 10,000,000. A lookup is as strict as a verification: time, keys, session
	// and revocations are checked each time. 0 means 8,192; [NoCache] keeps none.
	CacheEntries int

	// CacheBytes is how much memory they may take in the library, up to 64 GiB. Their claims in Go may
	// take as much again, for the Verifier and for each [Middleware] with it. 0 means 32 MiB; [NoCache] keeps none.
	CacheBytes int64
}

// EmailHeader is a policy for the request header Cf-Access-Authenticated-User-Email. No policy
// trusts the header by itself.
type EmailHeader int32

const (
	// EmailHeaderCheck refuses a request whose header is not the verified e-mail, or not empty
	// for a service. The header may be missing. The default.
	EmailHeaderCheck EmailHeader = iota
	// EmailHeaderRequire also refuses a person's request without the header.
	EmailHeaderRequire
	// EmailHeaderIgnore does not read the header. No handler may trust it then, unless a
	// [Middleware] has overwritten it.
	EmailHeaderIgnore
)

// build returns the configuration in the form of the library. The caller frees it.
func (c Config) build() (*C.cfaccess_config, error) {
	team, err := terminated("the team", c.Team, ErrInvalidConfig)
	if err != nil {
		return nil, err
	}
	made := C.cfaccess_go_config_new(team)
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	if err := c.fill(made.config); err != nil {
		C.cfaccess_config_free(made.config)
		return nil, err
	}
	return made.config, nil
}

func (c Config) fill(config *C.cfaccess_config) error {
	for _, audience := range c.Audiences {
		text, err := terminated("an audience", audience, ErrInvalidConfig)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_config_add_audience(config, text)); err != nil {
			return err
		}
	}
	if err := c.fillTimes(config); err != nil {
		return err
	}
	if err := c.fillRequests(config); err != nil {
		return err
	}
	if err := c.fillCache(config); err != nil {
		return err
	}
	if err := c.fillRevocations(config); err != nil {
		return err
	}
	return c.fillServices(config)
}

func (c Config) fillRevocations(config *C.cfaccess_config) error {
	if c.Revocations == nil {
		return nil
	}
	pointer, stripe, err := c.Revocations.borrow()
	if err != nil {
		return err
	}
	defer stripe.RUnlock()
	return outcomeError(C.cfaccess_go_config_set_revocations(config, pointer))
}

// waiters returns those of what a verifier uses.
func (c Config) waiters(keys *Keys) []*fetchWaiters {
	if c.Revocations == nil {
		return []*fetchWaiters{keys.waiters}
	}
	return []*fetchWaiters{keys.waiters, c.Revocations.waiters}
}

// fillTimes leaves the library's defaults for times that are not set.
func (c Config) fillTimes(config *C.cfaccess_config) error {
	if c.Leeway != 0 {
		leeway := c.Leeway
		if leeway == NoLeeway {
			leeway = 0
		}
		seconds, err := wholeSeconds("the leeway", leeway)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_config_set_leeway(config, seconds)); err != nil {
			return err
		}
	}
	if c.MaxLifetime != 0 {
		seconds, err := wholeSeconds("the maximum lifetime", c.MaxLifetime)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_config_set_max_lifetime(config, seconds)); err != nil {
			return err
		}
	}
	if c.MaxAge != 0 {
		seconds, err := wholeSeconds("the maximum age", c.MaxAge)
		if err != nil {
			return err
		}
		return outcomeError(C.cfaccess_go_config_set_max_age(config, seconds))
	}
	return nil
}

func (c Config) fillRequests(config *C.cfaccess_config) error {
	if c.AcceptCookie {
		if err := outcomeError(C.cfaccess_go_config_accept_cookie(config)); err != nil {
			return err
		}
	}
	return outcomeError(C.cfaccess_go_config_set_email_header(config, C.int32_t(c.EmailHeader)))
}

func (c Config) fillCache(config *C.cfaccess_config) error {
	entries, bytes := c.cacheBounds()
	if err := outcomeError(C.cfaccess_go_config_set_cache_entries(config, C.int64_t(entries))); err != nil {
		return err
	}
	return outcomeError(C.cfaccess_go_config_set_cache_bytes(config, C.int64_t(bytes)))
}

// cacheBounds are those of the library, where 0 means none.
func (c Config) cacheBounds() (entries int, bytes int64) {
	return cacheBound(c.CacheEntries, defaultCacheEntries), cacheBound(c.CacheBytes, defaultCacheBytes)
}

func cacheBound[N int | int64](asked, otherwise N) N {
	switch asked {
	case 0:
		return otherwise
	case NoCache:
		return 0
	default:
		return asked
	}
}

func (c Config) fillServices(config *C.cfaccess_config) error {
	for _, clientID := range c.AllowServices {
		text, err := terminated("a Client ID", clientID, ErrInvalidConfig)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_config_allow_service(config, text)); err != nil {
			return err
		}
	}
	if c.AllowAnyService {
		return outcomeError(C.cfaccess_go_config_allow_any_service(config))
	}
	return nil
}

func wholeSeconds(what string, duration time.Duration) (C.int64_t, error) {
	if duration%time.Second != 0 {
		return 0, refuse(ErrInvalidConfig, what+" is not a whole number of seconds")
	}
	return C.int64_t(duration / time.Second), nil
}
