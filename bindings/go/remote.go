package cfaccess

// #include "remote.h"
import "C"

import (
	"context"
	"log/slog"
	"runtime/cgo"
	"time"
)

// NoProxy as [RemoteOptions.Proxy] means a direct connection.
const NoProxy = "-"

// RemoteOptions say how the keys of a team are fetched and kept current. The zero value is valid: a
// field left at zero means its default. Durations are in whole milliseconds.
type RemoteOptions struct {
	// CAFile is a PEM file of certificate authorities to trust in addition to those of the platform,
	// for networks that intercept TLS. For the team cfaccess-local they are trusted in place of those of
	// the platform.
	CAFile string

	// Proxy, if not empty, replaces the proxies of the environment, for programs whose environment is
	// emptied: [scheme://][user:password@]host[:port]. The scheme is http (the
	// default), https, socks4, socks4a, socks5 or socks5h, the port 443 for https and 1080 for the
	// others unless given, as in curl. User and password are percent-encoded. Like those of the
	// environment it is not used if NO_PROXY names the team's host. [NoProxy] means a direct
	// connection, whatever the environment says.
	Proxy string

	// Local, if not empty, is where a local Access listens: http://127.0.0.1:PORT or http://[::1]:PORT. It is
	// for the team cfaccess-local and no other.
	Local string

	// Timeout is how long a fetch may take, and how long a call may wait for one: 100 ms to 60 s.
	// 0 means 5 seconds.
	Timeout time.Duration

	// RefreshAfter is the age at which keys are fetched again, before they are needed: at least Cooldown.
	// The endpoint's Cache-Control: max-age may make it sooner, never later. 0 means one hour.
	RefreshAfter time.Duration

	// Cooldown is the shortest time between the starts of two fetches, whatever caused them: at
	// least one second. Up to a tenth is added at random. 0 means 30 seconds.
	Cooldown time.Duration

	// MaxStale is how long keys stay in force that the endpoint no longer confirms: at least
	// RefreshAfter, at most six days. 0 means one day.
	MaxStale time.Duration

	// CacheFile is where a copy of the keys is kept, if not empty, so that a restart during an
	// outage works. It is replaced whole and readable by its owner alone. The path must not be a
	// symbolic link or belong to another user, and its folder must not belong to another user (root
	// excepted) or be writable by others without the sticky bit; a group of this process may write
	// both. A copy that is corrupt, older than MaxStale or writable by others is ignored, as
	// [Keys.Status] reports.
	CacheFile string

	// Prefetch begins the first fetch when a verifier is made, rather than with the first token.
	Prefetch bool

	// Fetch fetches the document in place of the library's own HTTPS, if not nil. Its context ends
	// a little before Timeout does. It should return then, since it may be called again while
	// an earlier call has not returned; each such call doubles the pause before the next. If it panics, the
	// fetch has failed.
	Fetch func(ctx context.Context, url string) ([]byte, error)

	// Logger logs changes of the keys, if not nil: at level Info that other keys are in force, at
	// level Warn that a fetch or the copy on disk failed. No line contains a token.
	Logger *slog.Logger
}

// defaultTimeout is the default of the library, which this package must know as well.
const defaultTimeout = 5 * time.Second

// RemoteKeys fetches a team's keys from https://<team>.cloudflareaccess.com/cdn-cgi/access/certs and
// keeps them current. The team is named as in [Config.Team]. The first verification starts the first
// fetch, unless [Keys.Connect] did.
//
// Keys are fetched again before they become stale, and when a token names an unknown key, but never
// more often than once per cooldown. A call whose key is known never waits. While the endpoint fails,
// the keys in force stay so until MaxStale has passed since it last confirmed them; then every
// token is refused with [ErrKeysUnavailable] until it answers again.
//
// Proxies are read from the environment during this call, as curl reads them: the first of
// https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY that is not empty, unless no_proxy or else
// NO_PROXY names the host or a parent domain of it, or is *. HTTP_PROXY is not used. Certificate
// authorities are those of the platform, or of SSL_CERT_FILE and SSL_CERT_DIR if one of them is
// set. No redirect is followed.
//
// The team cfaccess-local is that of a local Access. Its keys are fetched in plain HTTP, through no proxy,
// from Local, or else from the address in the environment variable CFACCESS_LOCAL, which is read during
// this call and for this team alone; an empty one counts as none. With a CAFile instead they are fetched
// over HTTPS, and that file alone is trusted. A fetch brings no keys if they are not marked as
// [KeysFromJSON] says, and for other teams if they are.
//
// Errors: [ErrInvalidConfig] if the team, an option or a proxy of the environment is wrong,
// certificate authorities cannot be read or the CacheFile cannot be used; if Local is set for another team
// than cfaccess-local; and if that team has no address of a local Access, or one beside a CAFile or a Fetch.
func RemoteKeys(team string, options RemoteOptions) (*Keys, error) {
	teamText, err := terminated("the team", team, ErrInvalidConfig)
	if err != nil {
		return nil, err
	}
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	built, err := options.build()
	if err != nil {
		return nil, err
	}
	defer C.cfaccess_remote_options_free(built)
	return newKeys(C.cfaccess_go_keys_remote(teamText, built), options.Timeout)
}

// build returns the options in the form of the library. The caller frees them.
func (o RemoteOptions) build() (*C.cfaccess_remote_options, error) {
	made := C.cfaccess_go_remote_options_new()
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	if err := o.fill(made.options); err != nil {
		C.cfaccess_remote_options_free(made.options)
		return nil, err
	}
	return made.options, nil
}

func (o RemoteOptions) fill(options *C.cfaccess_remote_options) error {
	if err := o.fillFiles(options); err != nil {
		return err
	}
	if err := o.fillProxy(options); err != nil {
		return err
	}
	if err := o.fillLocal(options); err != nil {
		return err
	}
	if o.Prefetch {
		if err := outcomeError(C.cfaccess_go_remote_options_prefetch(options)); err != nil {
			return err
		}
	}
	if err := o.fillTimes(options); err != nil {
		return err
	}
	return o.fillFunctions(options)
}

func (o RemoteOptions) fillFiles(options *C.cfaccess_remote_options) error {
	if o.CAFile != "" {
		path, err := terminated("the path of the CA file", o.CAFile, ErrInvalidConfig)
		if err != nil {
			return err
		}
		if err := outcomeError(C.cfaccess_go_remote_options_set_ca_file(options, path)); err != nil {
			return err
		}
	}
	if o.CacheFile != "" {
		path, err := terminated("the path of the cache file", o.CacheFile, ErrInvalidConfig)
		if err != nil {
			return err
		}
		return outcomeError(C.cfaccess_go_remote_options_set_cache_file(options, path))
	}
	return nil
}

// fillProxy passes an empty text for NoProxy, which means a direct connection in C.
func (o RemoteOptions) fillProxy(options *C.cfaccess_remote_options) error {
	if o.Proxy == "" {
		return nil
	}
	proxy := o.Proxy
	if proxy == NoProxy {
		proxy = ""
	}
	url, err := terminated("the proxy", proxy, ErrInvalidConfig)
	if err != nil {
		return err
	}
	return outcomeError(C.cfaccess_go_remote_options_set_proxy(options, url))
}

func (o RemoteOptions) fillLocal(options *C.cfaccess_remote_options) error {
	if o.Local == "" {
		return nil
	}
	url, err := terminated("the address of the local Access", o.Local, ErrInvalidConfig)
	if err != nil {
		return err
	}
	return outcomeError(C.cfaccess_go_remote_options_set_local(options, url))
}

// fillTimes leaves the library's defaults for times that are not set.
func (o RemoteOptions) fillTimes(options *C.cfaccess_remote_options) error {
	var times C.cfaccess_go_times
	for _, option := range []struct {
		what     string
		duration time.Duration
		place    *C.int64_t
	}{
		{"the timeout", o.Timeout, &times.timeout},
		{"the age of a refresh", o.RefreshAfter, &times.refresh_after},
		{"the cooldown", o.Cooldown, &times.cooldown},
		{"the maximum staleness", o.MaxStale, &times.max_stale},
	} {
		milliseconds, err := wholeMilliseconds(option.what, option.duration)
		if err != nil {
			return err
		}
		*option.place = milliseconds
	}
	return outcomeError(C.cfaccess_go_remote_options_set_times(options, times))
}

func wholeMilliseconds(what string, duration time.Duration) (C.int64_t, error) {
	if duration%time.Millisecond != 0 {
		return 0, refuse(ErrInvalidConfig, what+" is not a whole number of milliseconds")
	}
	return C.int64_t(duration / time.Millisecond), nil
}

// fillFunctions passes a handle for each function, which the library releases.
func (o RemoteOptions) fillFunctions(options *C.cfaccess_remote_options) error {
	if o.Fetch != nil {
		handle := cgo.NewHandle(&fetcher{fetch: o.Fetch, timeout: o.Timeout})
		err := outcomeError(C.cfaccess_go_remote_options_set_fetch(options, C.uintptr_t(handle)))
		if err != nil {
			handle.Delete()
			return err
		}
	}
	if o.Logger != nil {
		handle := cgo.NewHandle(o.Logger)
		err := outcomeError(C.cfaccess_go_remote_options_set_log(options, C.uintptr_t(handle)))
		if err != nil {
			handle.Delete()
			return err
		}
	}
	return nil
}
