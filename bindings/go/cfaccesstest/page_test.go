package cfaccesstest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/cfaccess/cfaccess/bindings/go/cfaccesstest"
)

func hello(w http.ResponseWriter, r *http.Request) {
	claims, ok := cfaccess.FromContext(r.Context())
	if !ok {
		http.Error(w, "nobody is calling", http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, "hello, "+claims.Email())
}

func TestHello(t *testing.T) {
	access := cfaccesstest.New(t)
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: access.Verifier()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler := protect(http.HandlerFunc(hello))

	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, access.Request("GET", "/", cfaccesstest.Person("grace@example.com")))
	if got := recorder.Body.String(); got != "hello, grace@example.com" {
		t.Errorf("a person gets %q", got)
	}

	recorder = httptest.NewRecorder()
	handler.ServeHTTP(recorder, access.Fault("expired").Request("GET", "/", cfaccesstest.Person("grace@example.com")))
	if recorder.Code != http.StatusUnauthorized {
		t.Errorf("after the session the status is %d", recorder.Code)
	}
}
