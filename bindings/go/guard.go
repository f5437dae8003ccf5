package cfaccess

// #include "guard.h"
import "C"

import "net/http"

// Guard says which requests a [Middleware] accepts, and how it answers the others.
type Guard struct {
	// Routes say which verifier verifies which requests. At least one is needed, and a request
	// without a route is refused with [ErrNoRoute]. Their order has no meaning.
	Routes []Route

	// Open are the requests that are accepted unverified, such as health checks and webhooks.
	Open []OpenPath

	// AllowPreflight accepts the preflight requests of browsers unverified: OPTIONS with one Origin and one
	// Access-Control-Request-Method. Browsers send no credentials with them, and the CORS middleware
	// of the application, which the handler contains, answers them. A refusal has no CORS header.
	AllowPreflight bool

	// CheckOrigin refuses, with [ErrCrossOrigin], what a browser sends because of a page of
	// another origin, unless its method is GET, HEAD or OPTIONS. A WebSocket handshake is
	// refused too. The login cookie that Access turns into the token is SameSite=None by
	// default, so a browser sends it with such requests.
	//
	// The headers Sec-Fetch-Site and, from browsers without it, Origin decide. A request without
	// either does not come from a page, and is accepted. Open paths are not checked.
	CheckOrigin bool

	// TrustedOrigins are other origins, like "https://app.example.com", that CheckOrigin
	// accepts.
	TrustedOrigins []string

	// OnRefusal is called with every refusal, for logging. It may run in several goroutines at
	// once. The request is unchanged: its headers contain the token, so do not log them. If it
	// panics, the server ends the request without an answer, and the handler is not reached.
	OnRefusal func(request *http.Request, refusal *AccessError)
}

// Route names the requests that a verifier verifies. Verifiers of several routes may share their Keys. No two
// routes have the same host and prefix.
type Route struct {
	// Host is the host that requests are for, a name or an address, without a port, in any case:
	// "app.example.com". Empty means every host that no other route names: the routes that name a
	// host are the only ones for it.
	Host string

	// Prefix is where the paths begin: "/admin" is for "/admin" and "/admin/users", not for
	// "/administration". Of several that match, the longest applies. Empty or "/" means all paths.
	// Paths are compared after decoding, letter by letter.
	Prefix string

	// Verifier verifies the requests. The middleware keeps it: closing it afterwards does not close
	// the middleware.
	Verifier *Verifier

	// LoginPage is where a browser is sent to log in, if not empty:
	// "https://<team>.cloudflareaccess.com/cdn-cgi/access/login/<host>", or another https URL
	// without user, query and fragment. The path that the client asked for is added as the
	// parameter redirect_url, its query is not.
	//
	// Only a page that a browser navigates to with GET is redirected, with 302, and only if
	// there was no token or it is no longer valid ([ErrNoToken], [ErrExpired],
	// [ErrSessionTooOld], [ErrRevoked]); never a request with X-Requested-With:
	// XMLHttpRequest.
	LoginPage string
}

// OpenPath is a request that is accepted unverified: one method of one path, not of the paths below
// it. GET includes HEAD. A WebSocket handshake is never open.
type OpenPath struct {
	// Host is as in [Route], and empty means every host.
	Host string
	// Method is the method, in capital letters.
	Method string
	// Path is the whole path, decoded. There are no patterns: "*" is refused.
	Path string
}

// Middleware puts a guard in front of a handler. It is the type of middleware that net/http and most
// routers know; for those that know another there is [Middleware.Check]. The zero value panics.
type Middleware func(next http.Handler) http.Handler

// Check checks a request for a framework whose handlers are not of type [http.Handler]. If it returns true,
// go on with the request that it returns, not with r: it has the claims in its context and the verified
// e-mail header. If it returns false, the answer has been written to w and no further handler may run.
func (m Middleware) Check(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	var accepted *http.Request
	m(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { accepted = r })).ServeHTTP(w, r)
	return accepted, accepted != nil
}

// NewMiddleware makes a [Middleware] from a guard:
//
//	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
//		Routes: []cfaccess.Route{{Verifier: verifier}},
//	})
//	http.ListenAndServe("127.0.0.1:8080", protect(mux))
//
// The handler gets a request only if [Verifier.VerifyRequest] accepts it, if it is for an [OpenPath], or if
// it is a preflight request that [Guard.AllowPreflight] allows. [FromContext] gives the claims, and [IsOpen]
// distinguishes the cases. In the request that the handler gets, the header
// Cf-Access-Authenticated-User-Email is the verified e-mail; for services and where IsOpen is true it is
// removed, whatever [Config.EmailHeader] is.
//
// # Frameworks
//
// Where the router of a framework is an [http.Handler] (chi, echo, gin, connect), put the middleware in
// front of it: protect(router). Then it checks each request before the framework changes or routes it.
//
// Where only some routes of gin are protected, call Check, and Abort after a refusal: gin calls the next
// handler otherwise.
//
//	func(c *gin.Context) {
//		request, ok := protect.Check(c.Writer, c.Request)
//		if !ok {
//			c.Abort()
//			return
//		}
//		c.Request = request
//	}
//
// Fiber is not built on net/http, and its adaptor for middleware loses changes of headers. gRPC has
// metadata instead of headers: an interceptor calls [Verifier.VerifyHeaderContext] and [NewContext].
// The folder examples/go-frameworks of the project has tested recipes for all of these.
//
// # Responses
//
// A refused request is answered with [AccessError.HTTPStatus] and the name and general meaning of
// the status, never the message of the error, in JSON:
//
//	{"status":"EXPIRED","message":"the token has expired"}
//
// or as plain text if the header Accept prefers text/plain or text/html. No answer may be cached.
//
// A request that needs a key or revocations which are being fetched waits as [Verifier.VerifyContext] does, with
// the context of the request.
//
// # Paths
//
// The path of a request is that of its URL when it reaches the middleware: behind [http.StripPrefix], routes
// and open paths are written without the prefix, and in front of it with the prefix. A path which a
// handler, a proxy or a file system could take for another one is unclean: with an empty, "." or ".." segment
// (also before a ";"), an encoded slash or backslash, a control character, something still encoded after
// decoding, or invalid UTF-8, also in the target that the client sent. An unclean path is never open, and
// where paths decide between routes it is refused with [ErrUncleanPath]. Where a host has one route for all
// paths it is verified like any other.
//
// If any route has a Prefix, and on open paths, the handler gets only the decoded path, since routers of some
// frameworks would choose by the encoded one.
//
// A handler that ignores the case of paths ("/Admin") needs its own host.
//
// # Logging
//
// The default logger of log/slog gets the warnings of the verifiers when the middleware is made, and a
// warning each time requests begin to be refused with an HTTP status of 500 or more, not one for each request.
//
// Errors: [ErrInvalidConfig] says what of the Guard is wrong; [ErrInvalidArgument] if a Verifier is closed.
func NewMiddleware(config Guard) (Middleware, error) {
	made, err := newGuard(config)
	if err != nil {
		return nil, err
	}
	return made.protect, nil
}

// guard is a Guard of the library, which decides.
type guard struct {
	pointer   *C.cfaccess_guard
	waiters   [][]*fetchWaiters // by the number of the route
	table     *claimsTable
	verifiers []*Verifier
	decodes   bool   // paths decide between routes, so that handlers must get the path that was decided on
	now       *int64 // nil: the library reads its clock
	onRefusal func(*http.Request, *AccessError)
}

func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if request, ok := g.check(w, r); ok {
			next.ServeHTTP(w, request)
		}
	})
}

// check returns the request for the handler, or writes the answer.
func (g *guard) check(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	joined := join(r)
	defer joined.release()
	claims, refused := g.decide(r, joined)
	if refused != nil {
		if g.onRefusal != nil {
			g.onRefusal(r, refused.AccessError)
		}
		refused.answer.write(w)
		return nil, false
	}
	return admitted(r, claims, joined.emailNames, g.decodes || claims == openRequest), true
}
