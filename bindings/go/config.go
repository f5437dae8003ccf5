package cfaccess

// #include "shim.h"
import "C"

import "time"

// NoLeeway as [Config.Leeway] asks for no leeway at all.
const NoLeeway time.Duration = -1

// Config says what one application accepts. Its zero value is not usable: a team and an audience
// have to be named. Every other field left at zero means the strict default, and no value of any
// field turns a check off.
type Config struct {
	// Team is the Access team: "acme", "acme.cloudflareaccess.com" or
	// "https://acme.cloudflareaccess.com", and "acme.fed.cloudflareaccess.com" for FedRAMP.
	Team string

	// Audiences are the Application Audience (AUD) tags of the application, at least one and at
	// most 1,024. A token has to name one of them, byte by byte. One that is not 64 hex digits
	// is accepted with a warning: see [Verifier.Warnings].
	Audiences []string

	// Leeway is how far the clocks of Access and of this machine may differ, in whole seconds up
	// to 300. 0 means 30 seconds; [NoLeeway] means none.
	Leeway time.Duration

	// MaxLifetime is the longest time between "iat" and "exp" of a token, in whole seconds up to
	// 2,628,000 (one month, the longest session of Access). 0 means one month.
	MaxLifetime time.Duration

	// MaxAge is the longest time since "iat" that is accepted, in whole seconds up to 2,628,000,
	// compared without leeway. 0 means no such bound. A person who stays longer has to log in
	// again, even if Access would still let them in.
	MaxAge time.Duration

	// AllowServices are the Client IDs of service tokens that are let in. By default only
	// persons are.
	AllowServices []string

	// AllowAnyService lets in every service token of the team that has the right audience. It
	// and AllowServices exclude each other.
	AllowAnyService bool

	// AcceptCookie takes the token of a request from the cookie CF_Authorization where the header
	// Cf-Access-Jwt-Assertion is not there. Access does not promise to pass the cookie on, and a
	// browser sends it along with requests that other sites cause: see [Guard.CheckOrigin].
	AcceptCookie bool

	// EmailHeader says what is made of the request header Cf-Access-Authenticated-User-Email,
	// which anybody can send. By default it is checked.
	EmailHeader EmailHeader
}

// EmailHeader is a policy for the request header Cf-Access-Authenticated-User-Email. No policy
// believes the header by itself.
type EmailHeader int32

const (
	// EmailHeaderCheck refuses a request whose header is not the verified e-mail, or not empty
	// for a service. The header may be missing. The default.
	EmailHeaderCheck EmailHeader = iota
	// EmailHeaderRequire also refuses a person's request without the header.
	EmailHeaderRequire
	// EmailHeaderIgnore does not look at the header. Nothing behind the verifier may believe it
	// then, unless a [Guard] has overwritten it.
	EmailHeaderIgnore
)

// build gives the configuration as the library takes it. The caller frees it.
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
	return c.fillServices(config)
}

// fillTimes leaves the library's defaults where nothing is asked for.
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
