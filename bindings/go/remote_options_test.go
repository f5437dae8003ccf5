package cfaccess_test

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func TestRemoteOptionsThatAreAccepted(t *testing.T) {
	for name, change := range map[string]func(*cfaccess.RemoteOptions){
		"defaults":              func(o *cfaccess.RemoteOptions) {},
		"shortest timeout":      func(o *cfaccess.RemoteOptions) { o.Timeout = 100 * time.Millisecond },
		"longest timeout":       func(o *cfaccess.RemoteOptions) { o.Timeout = time.Minute },
		"shortest cooldown":     func(o *cfaccess.RemoteOptions) { o.Cooldown = time.Second },
		"refresh at cooldown":   func(o *cfaccess.RemoteOptions) { o.RefreshAfter = 30 * time.Second },
		"staleness at refresh":  func(o *cfaccess.RemoteOptions) { o.MaxStale = time.Hour },
		"longest staleness":     func(o *cfaccess.RemoteOptions) { o.MaxStale = 6 * 24 * time.Hour },
		"a proxy":               func(o *cfaccess.RemoteOptions) { o.Proxy = "http://user:secret@proxy:3128" },
		"no proxy":              func(o *cfaccess.RemoteOptions) { o.Proxy = cfaccess.NoProxy },
		"a file yet to be made": func(o *cfaccess.RemoteOptions) { o.CacheFile = filepath.Join(t.TempDir(), "keys") },
	} {
		t.Run(name, func(t *testing.T) {
			remoteKeys(t, cfaccess.RemoteOptions{Fetch: newEndpoint().fetch}, change)
		})
	}
}

func TestRemoteOptionsThatAreRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*cfaccess.RemoteOptions)
		named  string
	}{
		"timeout below its bound":    {func(o *cfaccess.RemoteOptions) { o.Timeout = 99 * time.Millisecond }, "timeout"},
		"timeout over its bound":     {func(o *cfaccess.RemoteOptions) { o.Timeout = 60001 * time.Millisecond }, "timeout"},
		"negative timeout":           {func(o *cfaccess.RemoteOptions) { o.Timeout = -time.Second }, "timeout"},
		"timeout in microseconds":    {func(o *cfaccess.RemoteOptions) { o.Timeout = time.Second + 1 }, "timeout"},
		"longest timeout of all":     {func(o *cfaccess.RemoteOptions) { o.Timeout = 1<<63 - 1 }, "timeout"},
		"cooldown below its bound":   {func(o *cfaccess.RemoteOptions) { o.Cooldown = 999 * time.Millisecond }, "cooldown"},
		"negative cooldown":          {func(o *cfaccess.RemoteOptions) { o.Cooldown = -1 }, "cooldown"},
		"refresh below the cooldown": {func(o *cfaccess.RemoteOptions) { o.RefreshAfter = 29 * time.Second }, "refresh_after"},
		"negative refresh":           {func(o *cfaccess.RemoteOptions) { o.RefreshAfter = -time.Hour }, "refresh_after"},
		"staleness below a refresh":  {func(o *cfaccess.RemoteOptions) { o.MaxStale = time.Minute }, "max_stale"},
		"staleness over its bound":   {func(o *cfaccess.RemoteOptions) { o.MaxStale = 145 * time.Hour }, "max_stale"},
		"negative staleness":         {func(o *cfaccess.RemoteOptions) { o.MaxStale = -time.Hour }, "max_stale"},
		"no such CA file":            {func(o *cfaccess.RemoteOptions) { o.CAFile = empty + "." }, "ca_file"},
		"CA file without any":        {func(o *cfaccess.RemoteOptions) { o.CAFile = empty }, "ca_file"},
		"CA file with a NUL":         {func(o *cfaccess.RemoteOptions) { o.CAFile = empty + "\x00" }, "CA file"},
		"a proxy of no scheme":       {func(o *cfaccess.RemoteOptions) { o.Proxy = "htp://proxy" }, "proxy names no usable proxy"},
		"a proxy without a host":     {func(o *cfaccess.RemoteOptions) { o.Proxy = "http://user:secret@" }, "proxy names no usable proxy"},
		"a proxy with a NUL":         {func(o *cfaccess.RemoteOptions) { o.Proxy = "proxy\x00" }, "the proxy"},
		"a folder as cache file":     {func(o *cfaccess.RemoteOptions) { o.CacheFile = t.TempDir() }, "cache_file"},
		"cache file with a NUL":      {func(o *cfaccess.RemoteOptions) { o.CacheFile = "keys\x00" }, "cache file"},
	} {
		t.Run(name, func(t *testing.T) {
			var options cfaccess.RemoteOptions
			test.change(&options)

			keys, err := cfaccess.RemoteKeys(team, options)

			expectError(t, err, cfaccess.ErrInvalidConfig)
			if keys != nil || !strings.Contains(err.Error(), test.named) {
				t.Errorf("got %v, %v", keys, err)
			}
		})
	}
}

func TestTheProxyOfTheApplicationIsAskedForTheEndpoint(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "htp://unusable")
	t.Setenv("NO_PROXY", "")
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	go func() {
		client, err := proxy.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		line, _ := bufio.NewReader(client).ReadString('\n')
		asked <- line
	}()
	t.Cleanup(func() { proxy.Close() })

	keys, err := cfaccess.RemoteKeys(team, cfaccess.RemoteOptions{Proxy: proxy.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	expectError(t, keys.Connect(), cfaccess.ErrKeysUnavailable)

	if line := <-asked; line != "CONNECT acme.cloudflareaccess.com:443 HTTP/1.1\r\n" {
		t.Errorf("the proxy was asked %q", line)
	}
}

func TestATeamThatIsRefused(t *testing.T) {
	for _, name := range []string{"", "acme\x00.evil", "acme.example.com", "ac me"} {
		_, err := cfaccess.RemoteKeys(name, cfaccess.RemoteOptions{})
		expectError(t, err, cfaccess.ErrInvalidConfig)
	}
}
