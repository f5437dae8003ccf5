package cfaccess_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

func ExampleNewMiddleware() {
	verifier := exampleVerifier()
	defer verifier.Close()
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes:    []cfaccess.Route{{Verifier: verifier}},
		Open:      []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
		OnRefusal: func(r *http.Request, refusal *cfaccess.AccessError) { log.Print(r.URL.Path, " ", refusal) },
	})
	if err != nil {
		log.Fatal(err)
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if claims, ok := cfaccess.FromContext(r.Context()); ok {
			fmt.Fprintln(w, "hello,", claims.Email())
			return
		}
		fmt.Fprintln(w, "healthy")
	})
	server := httptest.NewServer(protect(hello))
	defer server.Close()

	for _, path := range []string{"/healthz", "/"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			log.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Println(response.StatusCode, string(body))
	}
	// Output:
	// 200 healthy
	//
	// 401 {"status":"NO_TOKEN","message":"the request carries no token"}
}

// Several applications behind one origin, whose verifiers share the keys of their team.
func ExampleGuard() {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{Fetch: exampleFetch})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	verifierFor := func(audience string) *cfaccess.Verifier {
		verifier, err := cfaccess.NewVerifier(cfaccess.Config{Team: "acme", Audiences: []string{audience}}, keys)
		if err != nil {
			log.Fatal(err)
		}
		return verifier
	}
	shop := verifierFor("32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228")
	admin := verifierFor("4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2")

	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{
			{
				Host:      "shop.example.com",
				Verifier:  shop,
				LoginPage: "https://acme.cloudflareaccess.com/cdn-cgi/access/login/shop.example.com",
			},
			{Host: "shop.example.com", Prefix: "/admin", Verifier: admin},
		},
		CheckOrigin: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	handler := protect(http.NotFoundHandler())

	for _, target := range []string{"http://shop.example.com/cart", "http://shop.example.com/admin", "http://other.example.com/"} {
		request := httptest.NewRequest("GET", target, nil)
		request.Header.Set("Accept", "text/html")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		fmt.Printf("%d %q\n", recorder.Code, recorder.Header().Get("Location"))
	}
	// Output:
	// 302 "https://acme.cloudflareaccess.com/cdn-cgi/access/login/shop.example.com?redirect_url=%2Fcart"
	// 401 ""
	// 403 ""
}

func ExampleVerifier_VerifyRequestAt() {
	verifier := exampleVerifier()
	defer verifier.Close()
	request := httptest.NewRequest("GET", "/", nil)
	request.Header.Set("Cf-Access-Jwt-Assertion", exampleToken())

	claims, err := verifier.VerifyRequestAt(request, time.Unix(1767225600, 0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Kind(), claims.Email())
	// Output:
	// person user@example.com
}

func ExampleVerifier_Explain() {
	verifier := exampleVerifier()
	defer verifier.Close()

	text, err := verifier.Explain(exampleToken(), time.Unix(1800000000, 0))
	if err != nil {
		log.Fatal(err)
	}
	var told struct {
		Checks []struct{ Check, Result, Message string }
	}
	if err := text.Decode(&told); err != nil {
		log.Fatal(err)
	}
	for _, check := range told.Checks {
		if check.Result == "failed" {
			fmt.Println(check.Check, "failed:", check.Message)
		}
	}
	// Output:
	// expiry failed: the token expired 32688060 s ago, at 1767311940; leeway 30 s
}

func ExampleClaims_Groups() {
	verifier := exampleVerifier()
	defer verifier.Close()
	claims, err := verifier.VerifyAt(exampleTokenNamed("custom"), time.Unix(1767225600, 0))
	if err != nil {
		log.Fatal(err)
	}

	groups, state := claims.Groups()

	switch state {
	case cfaccess.GroupsPresent:
		fmt.Println(groups)
	case cfaccess.GroupsAbsent:
		fmt.Println("in no group")
	case cfaccess.GroupsUnknown:
		fmt.Println("the token does not say")
	}
	// Output:
	// [admins größe a/b]
}
