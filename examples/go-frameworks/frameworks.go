// Package frameworks has recipes for protecting the handlers of Go frameworks with cfaccess. They are meant
// to be copied, and the tests serve an application with each.
//
// Where the router of a framework is an [http.Handler], the middleware of cfaccess goes in front of it, and
// no recipe is needed:
//
//	http.ListenAndServe(address, protect(router)) // chi, echo, gin, the mux of connect handlers
//
// Only then is a request checked before the framework changes or routes it. For some routes only, chi takes
// the middleware itself, group.Use(protect), and echo takes echo.WrapMiddleware(protect).
package frameworks
