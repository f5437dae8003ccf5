// Package cfaccess tells an origin server who is calling when the server sits behind Cloudflare
// Access: it verifies the application token of a request (the header Cf-Access-Jwt-Assertion) and, as
// net/http middleware, passes on only verified requests.
//
// It is a thin layer over the C library libcfaccess. The library decides; this package converts.
// The same bytes give the same verdict in every language.
//
//	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{})
//	verifier, err := cfaccess.NewVerifier(cfaccess.Config{
//		Team:      "acme",
//		Audiences: []string{"32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"},
//	}, keys)
//	claims, err := verifier.VerifyRequest(request)
//
// # Keys
//
// [RemoteKeys] fetches the keys of a team and keeps them current through rotations and outages.
// [Keys.Connect] fetches them before the first request arrives, and says why if that fails.
// [Keys.Status] describes their state, for a health page. [KeysFromJSON] and [KeysFromFile] take keys
// that something else keeps current.
//
// # Revocation
//
// A revocation here ends tokens, and the login lives at Cloudflare: end both. [OpenRevocations] opens a store in
// memory, in an SQLite file that the processes of a host share, or in Redis or Valkey for many hosts; a verifier with
// [Config.Revocations] refuses what was revoked there, also tokens that it has verified before. [Revocations.Revoke]
// ends sessions, [Revocations.Block] keeps out, and [Revocations.Lift] takes back.
//
// # Cache
//
// A verifier keeps the tokens that it has verified, so that the next request of a session costs a
// lookup and no allocation: up to [Config.CacheEntries], in up to [Config.CacheBytes] of memory in the
// library and as much again in Go, for the verifier and for each middleware with it. A token is compared whole, and its times, its key and its session are
// checked each time: it is refused in the same second, and with the same error, as by a verifier without a
// cache. Verifiers do not share their caches. [Verifier.Stats] counts hits.
//
// # Middleware
//
// [NewMiddleware] puts a verifier, or one for each host and path, in front of any [http.Handler]:
//
//	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
//		Routes: []cfaccess.Route{{Verifier: verifier}},
//		Open:   []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
//	})
//	http.ListenAndServe("127.0.0.1:8080", protect(mux))
//
// Handlers ask [FromContext] who is calling. Routes and open paths are compared with the path of the URL as
// it reaches the middleware. For frameworks see [NewMiddleware].
//
// # Refusals
//
// Every error of this package is an [*AccessError], which names one cause. Branch with [errors.Is]
// and one of the Err variables, which stand for the statuses of the library; answer with
// [AccessError.HTTPStatus]. Treat an error that you do not know as a refusal. No error shows a
// token, a signature or a key.
//
// # Ownership
//
// [Keys], [Revocations] and [Verifier] hold an object of the library, and a copy of one holds the same object. Close
// frees it at once; an object that is forgotten is freed after the garbage collector finds it, which
// does not see how much memory of the library it takes. Close
// may be called several times and while other goroutines use the value: it waits for the calls in
// progress, and calls that begin meanwhile or later return [ErrInvalidArgument] at once.
//
// A verifier holds what it needs of its keys, and a middleware holds its verifiers: closing one of those does
// not close the middleware, which is freed when it is garbage. [Keys.Close] also ends fetching, so close the
// keys after all that use them; keys that are only forgotten go on being fetched as long as a verifier or a
// middleware uses them.
//
// A Fetch or a Logger of [RemoteOptions] that itself holds on to its Keys keeps them from being
// garbage: such Keys have to be closed.
//
// [Claims] are ordinary Go values that nobody can change: all who verify the same token may get the
// same ones. Nothing in them belongs to the library, nothing has to be freed, and they outlive their
// verifier. Printed or logged they show kind and principal only. The library keeps no pointer to Go
// memory.
//
// # Goroutines
//
// All functions and methods may be called from any number of goroutines at once. Only keys that are
// fetched, and stores of revocations that other processes write to, make the library start threads, open
// connections and call back into Go: a thread for each fetch, which ends with it. Of the calls that wait for
// a fetch of the same keys or revocations, one holds a thread, and so does each call of Connect, VerifyAt and
// the other methods that take a time, and each that writes to a store or lists it.
//
// # Building
//
// The package needs cgo: CGO_ENABLED=1 and a C compiler. By default it finds the installed library
// through pkg-config (cfaccess.pc). With the build tag cfaccess_dev it takes header and library from the
// checkout of the project that it is in. Header and library must be of the minor version that this
// package was written for: another header does not compile, and with another library the program panics as
// it starts.
//
// To link only libcfaccess statically, or to build a fully static program:
//
//	CGO_LDFLAGS='-l:libcfaccess.a -lm -Wl,--as-needed' go build
//	go build -ldflags='-linkmode external -extldflags "-static -lm"'
//
// Go does not notice changes outside of its modules. After a change of the header or of a static library,
// build with go build -a.
//
// To cross-compile, set CGO_ENABLED=1 (Go unsets it then), GOOS and GOARCH, CC to a C compiler for the
// target, and PKG_CONFIG_LIBDIR to the folder of the cfaccess.pc of a library that was built for it.
package cfaccess
