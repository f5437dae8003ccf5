package cfaccessgrpc_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

const (
	tokenKey = "cf-access-jwt-assertion"
	emailKey = "cf-access-authenticated-user-email"
	// A proxy that knows CGI may take this for the same name.
	forgedKey = "cf_access_authenticated_user_email"

	thePerson  = "hello: acme.cloudflareaccess.com/person/" + subject + ` open=false email=["` + email + `"]`
	theService = "hello: acme.cloudflareaccess.com/service/" + clientID + " open=false email=[]"
	theOpen    = "hello: nobody open=true email=[]"
)

// guard has a service for administrators, and an open method.
func (a *access) guard() cfaccess.Guard {
	return cfaccess.Guard{
		Routes: []cfaccess.Route{
			{Verifier: a.verifier(shopAudience)},
			{Prefix: "/shop.Admin", Verifier: a.verifier(adminAudience)},
		},
		Open: []cfaccess.OpenPath{{Method: "POST", Path: health}},
	}
}

func expectRefused(t *testing.T, client client, err error, code codes.Code, message string) {
	t.Helper()
	if got := status.Convert(err); got.Code() != code || got.Message() != message {
		t.Errorf("got %v, expected %v %s", err, code, message)
	}
	if reached := client.shop.reached.Swap(0); reached != 0 {
		t.Errorf("the method was reached")
	}
}

func expectAnswer(t *testing.T, answer string, err error, want string) {
	t.Helper()
	if err != nil || answer != want {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestCalls(t *testing.T) {
	access := newAccess()
	client := serve(t, access.guard())
	person, service, admin := access.person(shopAudience), access.service(), access.person(adminAudience)
	expired := access.sign(shopAudience, map[string]any{
		"email": email, "sub": subject, "iat": time.Now().Unix() - 7200, "exp": time.Now().Unix() - 3600,
	})
	for name, test := range map[string]struct {
		method  string
		sent    []string
		answer  string
		code    codes.Code
		message string
	}{
		"a person, unary":             {order, []string{tokenKey, person}, thePerson, codes.OK, ""},
		"a person, stream":            {chat, []string{tokenKey, person}, thePerson, codes.OK, ""},
		"with the e-mail":             {order, []string{tokenKey, person, emailKey, email}, thePerson, codes.OK, ""},
		"with a forged name":          {chat, []string{tokenKey, person, forgedKey, "x@example.com"}, thePerson, codes.OK, ""},
		"a service":                   {order, []string{tokenKey, service}, theService, codes.OK, ""},
		"a service with a forged one": {chat, []string{tokenKey, service, forgedKey, "x@example.com"}, theService, codes.OK, ""},
		"open":                        {health, nil, theOpen, codes.OK, ""},
		"open with a forged e-mail":   {health, []string{emailKey, "x@example.com", forgedKey, "x@example.com"}, theOpen, codes.OK, ""},
		"an administrator":            {remove, []string{tokenKey, admin}, thePerson, codes.OK, ""},
		"no token, unary":             {order, nil, "", codes.Unauthenticated, "NO_TOKEN"},
		"no token, stream":            {chat, nil, "", codes.Unauthenticated, "NO_TOKEN"},
		"two tokens":                  {order, []string{tokenKey, person, tokenKey, person}, "", codes.Unauthenticated, "MALFORMED"},
		"expired, unary":              {order, []string{tokenKey, expired}, "", codes.Unauthenticated, "EXPIRED"},
		"expired, stream":             {chat, []string{tokenKey, expired}, "", codes.Unauthenticated, "EXPIRED"},
		"no administrator":            {remove, []string{tokenKey, person}, "", codes.Unauthenticated, "WRONG_AUDIENCE"},
		"another person, unary":       {order, []string{tokenKey, person, emailKey, "x@example.com"}, "", codes.PermissionDenied, "IDENTITY_MISMATCH"},
		"another person, stream":      {chat, []string{tokenKey, person, emailKey, "x@example.com"}, "", codes.PermissionDenied, "IDENTITY_MISMATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := client.call(test.method, test.sent...)

			if test.code != codes.OK {
				expectRefused(t, client, err, test.code, test.message)
				return
			}
			expectAnswer(t, answer, err, test.answer)
			client.shop.reached.Store(0)
		})
	}
}

func TestRoutesByAuthority(t *testing.T) {
	access := newAccess()
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{{Host: "shop.example.com", Verifier: access.verifier(shopAudience)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	shop := serveBehind(t, protect, append(insecureClient, grpc.WithAuthority("SHOP.example.com:443")))
	other := serveBehind(t, protect, append(insecureClient, grpc.WithAuthority("other.example.com")))

	answer, err := shop.call(order, tokenKey, access.person(shopAudience))
	expectAnswer(t, answer, err, thePerson)

	_, err = other.call(order, tokenKey, access.person(shopAudience))
	expectRefused(t, other, err, codes.PermissionDenied, "NO_ROUTE")
}

func TestWithoutKeysIsUnavailable(t *testing.T) {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{
		Fetch: func(context.Context, string) ([]byte, error) { return nil, errors.New("an outage") },
	})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := cfaccess.NewVerifier(cfaccess.Config{Team: "acme", Audiences: []string{shopAudience}}, keys)
	if err != nil {
		t.Fatal(err)
	}
	client := serve(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})
	token := newAccess().person(shopAudience)

	for _, method := range []string{order, chat} {
		_, err := client.call(method, tokenKey, token)
		expectRefused(t, client, err, codes.Unavailable, "KEYS_UNAVAILABLE")
	}
}

func TestWhatAnotherMiddlewareAnswersIsInternal(t *testing.T) {
	teapot := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	}
	client := serveBehind(t, teapot, insecureClient)

	for _, method := range []string{order, chat} {
		_, err := client.call(method)
		expectRefused(t, client, err, codes.Internal, "INTERNAL")
	}
}

// A proxy forwards methods that it has no code for.
func TestUnknownMethodsAreChecked(t *testing.T) {
	access := newAccess()
	var forwarded int
	client := serve(t, access.guard(), grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
		forwarded++
		return status.Error(codes.NotFound, "forwarded")
	}))

	for method, want := range map[string]struct {
		code    codes.Code
		message string
	}{
		"/other.Other/Call":         {codes.NotFound, "forwarded"},
		"/shop.Admin/Other":         {codes.Unauthenticated, "WRONG_AUDIENCE"},
		"/shop.Admin%2FRemove/Call": {codes.PermissionDenied, "UNCLEAN_PATH"},
		"/x/../shop.Admin/Remove":   {codes.PermissionDenied, "UNCLEAN_PATH"},
	} {
		_, err := client.call(method, tokenKey, access.person(shopAudience))
		expectRefused(t, client, err, want.code, want.message)
	}
	if forwarded != 1 {
		t.Errorf("forwarded %d times", forwarded)
	}
}

// Where pages call gRPC through a proxy, their origin is compared with scheme and authority.
func TestOriginsAreCheckedWithTheScheme(t *testing.T) {
	access := newAccess()
	guard := access.guard()
	guard.CheckOrigin = true
	protect, err := cfaccess.NewMiddleware(guard)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(web.Certificate())
	dial := []grpc.DialOption{grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(trusted, "example.com"))}
	client := serveBehind(t, protect, dial, grpc.Creds(credentials.NewServerTLSFromCert(&web.TLS.Certificates[0])))
	token := access.person(shopAudience)

	answer, err := client.call(order, tokenKey, token, "origin", "https://example.com")
	expectAnswer(t, answer, err, thePerson)
	client.shop.reached.Store(0)

	for _, origin := range []string{"http://example.com", "https://evil.example"} {
		_, err := client.call(order, tokenKey, token, "origin", origin)
		expectRefused(t, client, err, codes.PermissionDenied, "CROSS_ORIGIN")
	}
}

func TestVerifiedTokensAreRemembered(t *testing.T) {
	access := newAccess()
	verifier := access.verifier(shopAudience)
	client := serve(t, cfaccess.Guard{Routes: []cfaccess.Route{{Verifier: verifier}}})
	token := access.person(shopAudience)

	for range 5 {
		for _, method := range []string{order, chat} {
			answer, err := client.call(method, tokenKey, token)
			expectAnswer(t, answer, err, thePerson)
		}
	}

	stats, err := verifier.Stats()
	if err != nil || stats.Verified != 1 || stats.Hits != 9 {
		t.Errorf("got %+v, %v", stats, err)
	}
}

func TestRefusalsAreReportedWithTheClient(t *testing.T) {
	guard := newAccess().guard()
	var told []string
	guard.OnRefusal = func(r *http.Request, refusal *cfaccess.AccessError) {
		client, ok := peer.FromContext(r.Context())
		if !ok || client.Addr == nil || r.Method != "POST" {
			t.Errorf("got %v, %v", r, client)
		}
		told = append(told, r.URL.Path+" "+refusal.Status)
	}
	client := serve(t, guard)

	_, err := client.call(order)

	expectRefused(t, client, err, codes.Unauthenticated, "NO_TOKEN")
	if len(told) != 1 || told[0] != order+" NO_TOKEN" {
		t.Errorf("got %q", told)
	}
}

func TestLaterInterceptorsHaveTheClaims(t *testing.T) {
	access := newAccess()
	var callers []string
	note := func(ctx context.Context) {
		claims, _ := cfaccess.FromContext(ctx)
		callers = append(callers, claims.Email())
	}
	client := serve(t, access.guard(),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			note(ctx)
			return next(ctx, message)
		}),
		grpc.ChainStreamInterceptor(func(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			note(stream.Context())
			return next(server, stream)
		}))

	for _, method := range []string{order, chat} {
		answer, err := client.call(method, tokenKey, access.person(shopAudience))
		expectAnswer(t, answer, err, thePerson)
	}

	if len(callers) != 2 || callers[0] != email || callers[1] != email {
		t.Errorf("got %q", callers)
	}
	if _, err := client.call(order); status.Code(err) != codes.Unauthenticated || len(callers) != 2 {
		t.Errorf("got %v, %q", err, callers)
	}
}
