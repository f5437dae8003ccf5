package frameworks

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/gofiber/fiber/v3"
)

// Fiber protects a Fiber application as its first handler, app.Use(handler). Handlers ask
// cfaccess.FromContext(c.Context()).
//
// Fiber's own adaptor for net/http middleware is not sufficient: it keeps headers that the middleware
// removed, and shows only one of a header that is sent twice.
func Fiber(app *fiber.App, protect cfaccess.Middleware) (fiber.Handler, error) {
	if config := app.Config(); !config.CaseSensitive || !config.UnescapePath {
		return nil, errors.New("fiber.Config needs CaseSensitive and UnescapePath, to route by the path that is checked")
	}
	return func(c fiber.Ctx) error {
		original, err := requestOf(c)
		if err != nil {
			return fiber.ErrBadRequest
		}
		request, ok := protect.Check(&fiberWriter{c, http.Header{}}, original)
		if !ok {
			return nil
		}
		if cfaccess.IsOpen(request.Context()) && c.Path() != request.URL.Path {
			return fiber.ErrBadRequest // Fiber reads another path
		}
		replaceHeaders(c, original.Header, request.Header)
		c.SetContext(request.Context())
		return c.Next()
	}, nil
}

func requestOf(c fiber.Ctx) (*http.Request, error) {
	from := c.Request()
	target, err := url.ParseRequestURI(string(from.Header.RequestURI())) // as it was sent, not as fasthttp reads it
	if err != nil {
		return nil, err
	}
	request := &http.Request{
		Method:     string(from.Header.Method()),
		URL:        target,
		RequestURI: string(from.Header.RequestURI()),
		Host:       string(from.Host()),
		Header:     http.Header{},
	}
	for name, value := range from.Header.All() {
		request.Header.Add(string(name), string(value))
	}
	return request.WithContext(c.Context()), nil
}

// replaceHeaders makes the changes of the middleware in the request of Fiber.
func replaceHeaders(c fiber.Ctx, before, after http.Header) {
	header := &c.Request().Header
	for name := range before {
		if _, kept := after[name]; !kept {
			header.Del(name)
		}
	}
	for name, values := range after {
		if slices.Equal(values, before[name]) {
			continue
		}
		header.Del(name)
		for _, value := range values {
			header.Add(name, value)
		}
	}
}

// fiberWriter writes the answer of the middleware.
type fiberWriter struct {
	c      fiber.Ctx
	header http.Header
}

func (w *fiberWriter) Header() http.Header { return w.header }

func (w *fiberWriter) WriteHeader(status int) {
	w.c.Status(status)
	for name, values := range w.header {
		for _, value := range values {
			w.c.Response().Header.Add(name, value)
		}
	}
}

func (w *fiberWriter) Write(body []byte) (int, error) { return w.c.Write(body) }
