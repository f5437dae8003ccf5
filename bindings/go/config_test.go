package cfaccess_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// expiredFor returns a token that has been expired for some seconds.
func expiredFor(t *testing.T, seconds int64) string {
	t.Helper()
	return newMinter(t, "acme-1").token(t, personClaims(object{
		"iat": now.Unix() - 3600, "nbf": now.Unix() - 3600, "exp": now.Unix() - seconds,
	}))
}

func TestLeeway(t *testing.T) {
	for name, test := range map[string]struct {
		leeway  time.Duration
		seconds int64
	}{
		"the default is 30 seconds": {0, 30},
		"none":                      {cfaccess.NoLeeway, 0},
		"one second":                {time.Second, 1},
		"the longest":               {5 * time.Minute, 300},
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			config.Leeway = test.leeway
			verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))

			_, atEnd := verifier.VerifyAt(expiredFor(t, test.seconds), now)
			_, beforeEnd := verifier.VerifyAt(expiredFor(t, test.seconds-1), now)

			expectError(t, atEnd, cfaccess.ErrExpired)
			if beforeEnd != nil {
				t.Errorf("one second before the end: %v", beforeEnd)
			}
		})
	}
}

func TestMaxLifetime(t *testing.T) {
	const monthAndMinute = 2_628_060
	for name, test := range map[string]struct {
		lifetime time.Duration
		seconds  int64
	}{
		"the default is a month and a minute": {0, monthAndMinute},
		"one hour":                            {time.Hour, 3600},
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			config.MaxLifetime = test.lifetime
			verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))
			signer := newMinter(t, "acme-1")
			lasting := func(seconds int64) string {
				return signer.token(t, personClaims(object{"exp": now.Unix() + seconds}))
			}

			_, longest := verifier.VerifyAt(lasting(test.seconds), now)
			_, tooLong := verifier.VerifyAt(lasting(test.seconds+1), now)

			if longest != nil {
				t.Errorf("the longest: %v", longest)
			}
			expectError(t, tooLong, cfaccess.ErrSessionTooLong)
		})
	}
}

func TestMaxAge(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, personClaims(object{"nbf": nil}))
	unbounded := acmeVerifier(t)
	config := acmeConfig()
	config.MaxAge = time.Hour
	bounded := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))

	claims, inTime := bounded.VerifyAt(token, now.Add(time.Hour))
	_, tooLate := bounded.VerifyAt(token, now.Add(time.Hour+time.Second))
	_, unboundedLate := unbounded.VerifyAt(token, now.Add(time.Hour+time.Second))

	expectError(t, tooLate, cfaccess.ErrSessionTooOld)
	if inTime != nil || unboundedLate != nil {
		t.Fatalf("got %v, %v", inTime, unboundedLate)
	}
	if end := now.Add(time.Hour); !claims.EndsAt().Equal(end) || claims.ExpiresAt().Equal(end) {
		t.Errorf("ends at %v, expires at %v", claims.EndsAt(), claims.ExpiresAt())
	}
	if left := claims.SecondsLeft(now.Add(time.Minute)); left != 59*60 {
		t.Errorf("seconds left: %d", left)
	}
}

func TestWithoutMaxAgeTheSessionEndsWithTheToken(t *testing.T) {
	claims := mustVerify(t, acmeVerifier(t), newMinter(t, "acme-1").token(t, personClaims(nil)))

	if !claims.EndsAt().Equal(claims.ExpiresAt()) {
		t.Errorf("ends at %v, expires at %v", claims.EndsAt(), claims.ExpiresAt())
	}
}

func TestAConfigThatIsRefused(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	for name, change := range map[string]func(*cfaccess.Config){
		"zero value":               func(c *cfaccess.Config) { *c = cfaccess.Config{} },
		"no team":                  func(c *cfaccess.Config) { c.Team = "" },
		"team with a NUL":          func(c *cfaccess.Config) { c.Team = "acme\x00.evil" },
		"no audience":              func(c *cfaccess.Config) { c.Audiences = nil },
		"empty audience":           func(c *cfaccess.Config) { c.Audiences = append(c.Audiences, "") },
		"audience with a NUL":      func(c *cfaccess.Config) { c.Audiences = []string{audience + "\x00"} },
		"leeway in milliseconds":   func(c *cfaccess.Config) { c.Leeway = 1500 * time.Millisecond },
		"leeway over its cap":      func(c *cfaccess.Config) { c.Leeway = 301 * time.Second },
		"negative leeway":          func(c *cfaccess.Config) { c.Leeway = -time.Second },
		"leeway of -2 nanoseconds": func(c *cfaccess.Config) { c.Leeway = -2 },
		"longest duration":         func(c *cfaccess.Config) { c.Leeway = 1<<63 - 1 },
		"lifetime in milliseconds": func(c *cfaccess.Config) { c.MaxLifetime = 1500 * time.Millisecond },
		"lifetime over its cap":    func(c *cfaccess.Config) { c.MaxLifetime = 31_622_401 * time.Second },
		"negative lifetime":        func(c *cfaccess.Config) { c.MaxLifetime = -time.Second },
		"age in milliseconds":      func(c *cfaccess.Config) { c.MaxAge = 1500 * time.Millisecond },
		"age over its cap":         func(c *cfaccess.Config) { c.MaxAge = 31_622_401 * time.Second },
		"negative age":             func(c *cfaccess.Config) { c.MaxAge = -time.Second },
		"unknown e-mail policy":    func(c *cfaccess.Config) { c.EmailHeader = 3 },
		"negative e-mail policy":   func(c *cfaccess.Config) { c.EmailHeader = -1 },
		"too many cache entries":   func(c *cfaccess.Config) { c.CacheEntries = 10_000_001 },
		"negative cache entries":   func(c *cfaccess.Config) { c.CacheEntries = -2 },
		"too many cache bytes":     func(c *cfaccess.Config) { c.CacheBytes = 64<<30 + 1 },
		"negative cache bytes":     func(c *cfaccess.Config) { c.CacheBytes = -2 },
		"empty Client ID":          func(c *cfaccess.Config) { c.AllowServices = []string{""} },
		"Client ID with a NUL":     func(c *cfaccess.Config) { c.AllowServices = []string{clientID + "\x00"} },
		"both kinds of services": func(c *cfaccess.Config) {
			c.AllowServices, c.AllowAnyService = []string{clientID}, true
		},
		"NoLeeway as longest session": func(c *cfaccess.Config) { c.MaxLifetime = cfaccess.NoLeeway },
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			change(&config)

			verifier, err := cfaccess.NewVerifier(config, keys)

			expectError(t, err, cfaccess.ErrInvalidConfig)
			if verifier != nil {
				t.Error("a verifier came with the error")
			}
			var refusal *cfaccess.AccessError
			if errors.As(err, &refusal) && strings.ContainsAny(refusal.Message, "\x00\n") {
				t.Errorf("the message is not one printable line: %q", refusal.Message)
			}
		})
	}
}

func TestServices(t *testing.T) {
	token := newMinter(t, "acme-1").token(t, serviceClaims(nil))
	for name, test := range map[string]struct {
		change func(*cfaccess.Config)
		want   error
	}{
		"none by default": {func(c *cfaccess.Config) {}, cfaccess.ErrServiceNotAllowed},
		"another":         {func(c *cfaccess.Config) { c.AllowServices = []string{"other.access"} }, cfaccess.ErrServiceNotAllowed},
		"this one":        {func(c *cfaccess.Config) { c.AllowServices = []string{"other.access", clientID} }, nil},
		"any":             {func(c *cfaccess.Config) { c.AllowAnyService = true }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			config := acmeConfig()
			test.change(&config)

			_, err := newVerifier(t, config, loadKeys(t, "acme.jwks.json")).VerifyAt(token, now)

			expectError(t, err, test.want)
		})
	}
}

func TestTheConfigIsCopied(t *testing.T) {
	config := acmeConfig()
	verifier := newVerifier(t, config, loadKeys(t, "acme.jwks.json"))

	config.Audiences[0] = "another"

	mustVerify(t, verifier, newMinter(t, "acme-1").token(t, personClaims(nil)))
}

func TestWarnings(t *testing.T) {
	keys := loadKeys(t, "acme.jwks.json")
	odd := cfaccess.Config{Team: team, Audiences: []string{audience, "my-app"}}

	if warnings := newVerifier(t, odd, keys).Warnings(); len(warnings) != 1 || warnings[0] == "" {
		t.Errorf("got %q, expected one", warnings)
	}
	if warnings := newVerifier(t, acmeConfig(), keys).Warnings(); warnings != nil {
		t.Errorf("got %q, expected none", warnings)
	}
}
