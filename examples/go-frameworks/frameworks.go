// Package frameworks has recipes for putting cfaccess in front of the handlers of Go frameworks. Each is
// made to be copied; its test serves a real application with it.
//
// Where the router of a framework is an [http.Handler], the middleware of cfaccess goes in front of it, and
// no recipe is needed:
//
//	http.ListenAndServe(address, protect(router)) // chi, echo, gin, the mux of connect handlers
//
// Only then is a request judged before the framework changes or routes it. chi takes the middleware as
// it is for some routes too, group.Use(protect), and echo takes it as echo.WrapMiddleware(protect).
package frameworks
