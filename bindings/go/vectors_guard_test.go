package cfaccess_test

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

type guardVectors struct {
	Defaults struct {
		Keys string
		Now  int64
	}
	Verifiers map[string]vectorConfig
	Tokens    map[string]octets
	Vectors   []guardVector
}

type guardVector struct {
	Name     string
	Rule     string
	About    string
	Guard    vectorGuard
	Status   string
	Request  *guardRequest
	Decision *guardDecision
}

// vectorGuard is the configuration of a guard as the vectors of all languages write it.
type vectorGuard struct {
	Routes []struct {
		Verifier  string
		Host      *string
		Prefix    *string
		LoginPage *string `json:"login_page"`
	}
	OpenPaths []struct {
		Method string
		Path   string
		Host   *string
	} `json:"open_paths"`
	CheckOrigin    bool     `json:"check_origin"`
	TrustedOrigins []string `json:"trusted_origins"`
	AllowPreflight bool     `json:"allow_preflight"`
}

type guardRequest struct {
	Method    string
	Scheme    string
	Host      octets
	Path      octets
	RawTarget *octets `json:"raw_target"`
	Headers   []vectorHeader
	Token     string
}

type guardDecision struct {
	Kind        string
	HTTPStatus  int `json:"http_status"`
	Email       *string
	ContentType string `json:"content_type"`
	Location    string
	Headers     map[string]string
	Body        *string
}

func TestGuardVectors(t *testing.T) {
	var file guardVectors
	readVectors(t, "guard.json", &file)
	keys := loadKeys(t, file.Defaults.Keys)
	verifiers := map[string]*cfaccess.Verifier{}
	for name, config := range file.Verifiers {
		verifiers[name] = newVerifier(t, config.inGo(t), keys)
	}
	skipped := 0
	for _, vector := range file.Vectors {
		t.Run(vector.Name, func(t *testing.T) {
			defer func() {
				if t.Skipped() {
					skipped++
				}
			}()
			vector.run(t, file, verifiers)
		})
	}
	if most := len(file.Vectors) / 20; skipped > most {
		t.Errorf("%d vectors were skipped, expected at most %d", skipped, most)
	}
}

func (v guardVector) run(t *testing.T, file guardVectors, verifiers map[string]*cfaccess.Verifier) {
	status := "OK"
	guard := v.Guard.inGo(t, verifiers)
	guard.OnRefusal = func(_ *http.Request, refusal *cfaccess.AccessError) { status = refusal.Status }
	protect, err := cfaccess.NewMiddlewareAt(guard, file.Defaults.Now)
	if v.Request == nil {
		if got := statusOf(t, err); got != v.Status {
			t.Errorf("%s: got %v, expected %s", v.About, err, v.Status)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()

	passed, _ := protect.Check(recorder, v.Request.inGo(t, file.Tokens))

	if status != v.Status {
		t.Fatalf("%s: got %s, expected %s", v.About, status, v.Status)
	}
	v.Decision.compare(t, passed, recorder)
}

// inGo returns the guard as this package takes it.
func (g vectorGuard) inGo(t *testing.T, verifiers map[string]*cfaccess.Verifier) cfaccess.Guard {
	t.Helper()
	guard := cfaccess.Guard{
		CheckOrigin: g.CheckOrigin, TrustedOrigins: g.TrustedOrigins, AllowPreflight: g.AllowPreflight,
	}
	for _, route := range g.Routes {
		guard.Routes = append(guard.Routes, cfaccess.Route{
			Host:      textOrNone(t, route.Host),
			Prefix:    textOrNone(t, route.Prefix),
			LoginPage: textOrNone(t, route.LoginPage),
			Verifier:  verifiers[route.Verifier],
		})
	}
	for _, open := range g.OpenPaths {
		host := textOrNone(t, open.Host)
		guard.Open = append(guard.Open, cfaccess.OpenPath{Host: host, Method: open.Method, Path: open.Path})
	}
	return guard
}

func textOrNone(t *testing.T, text *string) string {
	t.Helper()
	if text == nil {
		return ""
	}
	if *text == "" {
		t.Skip("an empty text: in Go it means that there is none")
	}
	return *text
}

// inGo returns the request as net/http hands it to a handler.
func (r guardRequest) inGo(t *testing.T, tokens map[string]octets) *http.Request {
	t.Helper()
	request := &http.Request{
		Method: r.Method,
		URL:    &url.URL{Path: string(r.Path)},
		Host:   string(r.Host),
		Header: http.Header{},
	}
	if r.RawTarget != nil {
		request.RequestURI = string(*r.RawTarget)
		if request.RequestURI == "" {
			t.Skip("an empty target: in Go it is not known")
		}
	}
	switch r.Scheme {
	case "ws", "wss":
		t.Skip("a scheme of WebSockets: in Go they have the header Upgrade")
	case "https":
		request.TLS = &tls.ConnectionState{}
	}
	for _, header := range r.Headers {
		if strings.EqualFold(header.name, "Host") {
			t.Skip("another Host header: net/http refuses it")
		}
		request.Header.Add(header.name, string(header.value))
	}
	if r.Token != "" {
		request.Header.Set(assertion, string(tokens[r.Token]))
	}
	if r.Host != nil && len(r.Host) == 0 {
		t.Skip("an empty host: in Go it is not known")
	}
	if bytes.IndexByte(slices.Concat(r.Host, r.Path), 0) >= 0 {
		t.Skip("a NUL byte: the request is refused as a whole")
	}
	return request
}

func (d guardDecision) compare(t *testing.T, passed *http.Request, recorder *httptest.ResponseRecorder) {
	t.Helper()
	if (passed == nil) != (d.Kind == "refused") {
		t.Fatalf("expected %s, got %v", d.Kind, passed)
	}
	if passed != nil {
		d.comparePassed(t, passed)
		return
	}
	header := recorder.Header()
	if recorder.Code != d.HTTPStatus || header.Get("Content-Type") != d.ContentType || header.Get("Location") != d.Location {
		t.Errorf("got %d %v, expected %+v", recorder.Code, header, d)
	}
	if d.Body != nil && recorder.Body.String() != *d.Body {
		t.Errorf("got %q, expected %q", recorder.Body, *d.Body)
	}
	if d.Headers != nil && len(header) != len(d.Headers) {
		t.Errorf("got %v, expected %v", header, d.Headers)
	}
	for name, value := range d.Headers {
		if !slices.Equal(header.Values(name), []string{value}) {
			t.Errorf("%s: got %q, expected %q", name, header.Values(name), value)
		}
	}
}

func (d guardDecision) comparePassed(t *testing.T, passed *http.Request) {
	t.Helper()
	_, isVerified := cfaccess.FromContext(passed.Context())
	isOpen := cfaccess.IsOpen(passed.Context())
	if isVerified != (d.Kind == "allowed") || isOpen != (d.Kind == "open") {
		t.Errorf("expected %s, got open=%v, verified=%v", d.Kind, isOpen, isVerified)
	}
	var emails []string
	if d.Email != nil {
		emails = []string{*d.Email}
	}
	if got := passed.Header.Values(userEmail); !slices.Equal(got, emails) {
		t.Errorf("e-mail: got %q, expected %q", got, emails)
	}
}
