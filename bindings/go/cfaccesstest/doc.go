// Package cfaccesstest makes Access tokens for tests that the real library accepts: the keys are made for the run, and
// no network is needed.
//
//	func TestAdaSeesHerName(t *testing.T) {
//		access := cfaccesstest.New(t)
//		protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
//			Routes: []cfaccess.Route{{Verifier: access.Verifier()}},
//		})
//		…
//		request := access.Request("GET", "/", cfaccesstest.Person("ada@example.com"))
//		recorder := httptest.NewRecorder()
//		protect(handler).ServeHTTP(recorder, request)
//	}
//
// Nothing of this is accepted in production: the keys carry a mark, with which a verifier of any team but
// [Team] is refused.
//
// Move the token, not the clock: Token{Issued: -2 * time.Hour, Expires: -time.Hour} is one that has expired.
package cfaccesstest
