package frameworks

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v5"
)

// shop has three handlers, "healthz", "admin" and "page", and counts how often one is reached.
type shop struct {
	reached atomic.Int32
}

// answer names the handler, and what it knows of its caller.
func (s *shop) answer(ctx context.Context, handler string, headers ...[]string) string {
	s.reached.Add(1)
	caller := "nobody"
	if claims, ok := cfaccess.FromContext(ctx); ok {
		caller = claims.PrincipalID()
	}
	var values []string
	for _, header := range headers {
		values = append(values, header...)
	}
	return fmt.Sprintf("%s %s open=%v email=%v", handler, caller, cfaccess.IsOpen(ctx), values)
}

func (s *shop) handler(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, s.answer(r.Context(), name, emailsOf(r.Header)...))
	}
}

// emailsOf returns the values of every spelling of the header.
func emailsOf(header http.Header) (values [][]string) {
	for name := range header {
		if strings.EqualFold(strings.ReplaceAll(name, "_", "-"), "Cf-Access-Authenticated-User-Email") {
			values = append(values, header[name])
		}
	}
	return values
}

func (s *shop) gin(protect gin.HandlerFunc) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.RedirectTrailingSlash = false // gin would redirect before it calls any middleware
	if protect != nil {
		engine.Use(protect)
	}
	engine.GET("/healthz", gin.WrapF(s.handler("healthz")))
	engine.GET("/admin", gin.WrapF(s.handler("admin")))
	engine.GET("/:page", gin.WrapF(s.handler("page")))
	return engine
}

func (s *shop) chi(protect cfaccess.Middleware) *chi.Mux {
	router := chi.NewRouter()
	if protect != nil {
		router.Use(protect)
	}
	router.Get("/healthz", s.handler("healthz"))
	router.Get("/admin", s.handler("admin"))
	router.Get("/{page}", s.handler("page"))
	return router
}

func (s *shop) echo() *echo.Echo {
	router := echo.New()
	router.GET("/healthz", echo.WrapHandler(s.handler("healthz")))
	router.GET("/admin", echo.WrapHandler(s.handler("admin")))
	router.GET("/:page", echo.WrapHandler(s.handler("page")))
	return router
}

func (s *shop) fiber(t *testing.T, protect cfaccess.Middleware) *fiber.App {
	t.Helper()
	app := fiber.New(fiber.Config{CaseSensitive: true, UnescapePath: true})
	handler, err := Fiber(app, protect)
	if err != nil {
		t.Fatal(err)
	}
	app.Use(handler)
	for path, name := range map[string]string{"/healthz": "healthz", "/admin": "admin"} {
		app.Get(path, s.fiberHandler(name))
	}
	app.Get("/:page", s.fiberHandler("page"))
	return app
}

func (s *shop) fiberHandler(name string) fiber.Handler {
	return func(c fiber.Ctx) error {
		header := http.Header{}
		for name, value := range c.Request().Header.All() {
			header.Add(string(name), string(value))
		}
		return c.SendString(s.answer(c.Context(), name, emailsOf(header)...))
	}
}

// frameworks serve a shop, and return its URL.
var frameworks = map[string]func(t *testing.T, shop *shop, protect cfaccess.Middleware) string{
	"gin": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		return serve(t, protect(shop.gin(nil)))
	},
	"gin by Check": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		return serve(t, shop.gin(Gin(protect)))
	},
	"chi": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		return serve(t, protect(shop.chi(nil)))
	},
	"chi by Use": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		return serve(t, shop.chi(protect))
	},
	"echo": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		return serve(t, protect(shop.echo()))
	},
	"fiber": func(t *testing.T, shop *shop, protect cfaccess.Middleware) string {
		app := shop.fiber(t, protect)
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true})
		t.Cleanup(func() { app.Shutdown() })
		return "http://" + listener.Addr().String()
	},
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestFrameworks(t *testing.T) {
	access := newAccess(t)
	const (
		user = "acme.cloudflareaccess.com/person/" + subject + " open=false email=[" + email + "]"
		open = "nobody open=true email=[]"
	)
	token := func(audience string) http.Header {
		return http.Header{"Cf-Access-Jwt-Assertion": {access.token(t, audience)}}
	}
	withEmail := func(header http.Header) http.Header {
		header["Cf-Access-Authenticated-User-Email"] = []string{email}
		header["Cf_Access_Authenticated_User_Email"] = []string{"forged@example.com"}
		return header
	}
	twice := token(shopAudience)
	twice.Add("Cf-Access-Jwt-Assertion", access.token(t, shopAudience))
	for name, test := range map[string]struct {
		path   string
		header http.Header
		status int
		body   string // the beginning
	}{
		"no token":                       {"/page", nil, 401, `{"status":"NO_TOKEN"`},
		"two tokens":                     {"/page", twice, 401, `{"status":"MALFORMED"`},
		"another application":            {"/admin", token(shopAudience), 401, `{"status":"WRONG_AUDIENCE"`},
		"a person":                       {"/page", token(shopAudience), 200, "page " + user},
		"a person with forged headers":   {"/page", withEmail(token(shopAudience)), 200, "page " + user},
		"an administrator":               {"/admin", token(adminAudience), 200, "admin " + user},
		"open":                           {"/healthz", nil, 200, "healthz " + open},
		"open with forged headers":       {"/healthz", withEmail(http.Header{}), 200, "healthz " + open},
		"open and encoded":               {"/health%7A", nil, 200, "healthz " + open},
		"like an open one, in capitals":  {"/Healthz", nil, 401, `{"status":"NO_TOKEN"`},
		"like an open one, with a slash": {"/healthz/", nil, 401, `{"status":"NO_TOKEN"`},
		"like admin, in capitals":        {"/Admin", token(shopAudience), 200, "page " + user},
		"like admin, encoded":            {"/%61dmin", token(shopAudience), 401, `{"status":"WRONG_AUDIENCE"`},
		"like admin, unclean":            {"/x/../admin", token(shopAudience), 403, `{"status":"UNCLEAN_PATH"`},
	} {
		for framework, start := range frameworks {
			t.Run(framework+", "+name, func(t *testing.T) {
				var shop shop
				request, err := http.NewRequest("GET", start(t, &shop, access.middleware(t))+test.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				if test.header != nil {
					request.Header = test.header
				}

				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				body, _ := io.ReadAll(response.Body)

				if response.StatusCode != test.status || !strings.HasPrefix(string(body), test.body) {
					t.Errorf("got %d %s, expected %d %s", response.StatusCode, body, test.status, test.body)
				}
				refused := test.status != http.StatusOK
				if reached := shop.reached.Load() > 0; reached == refused {
					t.Errorf("the handler was reached: %v", reached)
				}
				if refused && response.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("the headers of the answer are lost: %v", response.Header)
				}
			})
		}
	}
}

func TestFiberThatRoutesByAnotherPathIsRefused(t *testing.T) {
	protect := newAccess(t).middleware(t)
	for _, config := range []fiber.Config{{}, {CaseSensitive: true}, {UnescapePath: true}} {
		if handler, err := Fiber(fiber.New(config), protect); err == nil || handler != nil {
			t.Errorf("accepted: %+v", config)
		}
	}
}
