package cfaccesstest

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
)

// Server is an application and the edge in front of it, in one [httptest.Server]. A request without a session is sent
// to the login, as Access does; one of [Server.Client] has a session.
type Server struct {
	*httptest.Server
	sessions sync.Map // of Token, by the value of sessionHeader
}

// Server starts one, which is closed when the test ends. What a client sends in the place of Access is removed.
func (a *Access) Server(handler http.Handler) *Server {
	a.t.Helper()
	server := &Server{}
	server.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, signedIn := server.sessions.Load(r.Header.Get(sessionHeader))
		removeIdentity(r.Header)
		if !signedIn {
			redirectToLogin(w, r)
			return
		}
		for name, values := range a.Header(session.(Token)) {
			r.Header[name] = values
		}
		handler.ServeHTTP(w, r)
	}))
	a.t.Cleanup(server.Close)
	return server
}

// Client returns a client whose requests are those of this person or service. It follows no redirects to the login.
func (s *Server) Client(token Token) *http.Client {
	id := rand.Text()
	s.sessions.Store(id, token)
	return &http.Client{
		Transport: withSession{id, s.Server.Client().Transport},
		CheckRedirect: func(next *http.Request, _ []*http.Request) error {
			if next.URL.Host == host {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// sessionHeader stands for the cookie of a session.
const sessionHeader = "Cf-Access-Test-Session"

// withSession adds it to requests.
type withSession struct {
	id   string
	next http.RoundTripper
}

func (s withSession) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set(sessionHeader, s.id)
	return s.next.RoundTrip(request)
}

func removeIdentity(header http.Header) {
	for name := range header {
		if strings.HasPrefix(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "cf-access-") {
			delete(header, name)
		}
	}
}

func redirectToLogin(w http.ResponseWriter, r *http.Request) {
	login := url.URL{Scheme: "https", Host: host, Path: "/cdn-cgi/access/login/" + r.Host}
	login.RawQuery = url.Values{"redirect_url": {r.URL.RequestURI()}}.Encode()
	http.Redirect(w, r, login.String(), http.StatusFound)
}
