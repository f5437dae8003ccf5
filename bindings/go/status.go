package cfaccess

// The statuses of the library, each a sentinel for [errors.Is]. This is the one table of them in
// this package; a test compares it with the header and with the library.
var (
	// ErrNullArgument (500): a required argument, such as the Keys of a verifier, is nil.
	ErrNullArgument = status(1, "NULL_ARGUMENT", 500)
	// ErrInvalidArgument (500): an argument is out of its documented range, or its value is closed.
	ErrInvalidArgument = status(2, "INVALID_ARGUMENT", 500)
	// ErrInvalidConfig (500): the configuration is incomplete or wrong; nothing was made from it.
	ErrInvalidConfig = status(3, "INVALID_CONFIG", 500)

	// ErrKeysInvalid (503): the key document is not a usable JWK Set; the keys in force stay.
	ErrKeysInvalid = status(20, "KEYS_INVALID", 503)
	// ErrNoUsableKeys (503): no key of the document can be used; the keys in force stay.
	ErrNoUsableKeys = status(21, "NO_USABLE_KEYS", 503)
	// ErrKeysUnavailable (503): no keys are in force, since none could be fetched or the last are
	// too old; or their file cannot be read.
	ErrKeysUnavailable = status(22, "KEYS_UNAVAILABLE", 503)
	// ErrKeysPending (503): the keys were still being fetched when the time of the call was over.
	ErrKeysPending = status(23, "KEYS_PENDING", 503)

	// ErrNoToken (401): the request carries no token.
	ErrNoToken = status(40, "NO_TOKEN", 401)
	// ErrTooLarge (401): the token is longer than 16,384 bytes, or its decoded header than 2,048.
	ErrTooLarge = status(41, "TOO_LARGE", 401)
	// ErrMalformed (401): not a signed token in compact form, or its header is not strict JSON
	// with "alg" and "kid".
	ErrMalformed = status(42, "MALFORMED", 401)
	// ErrOpaqueToken (401): an opaque "oauth:" token, which only Access itself can read.
	ErrOpaqueToken = status(43, "OPAQUE_TOKEN", 401)
	// ErrUnsupportedHeader (401): the header asks for what this library does not do: "crit",
	// "zip", another "typ" and the like.
	ErrUnsupportedHeader = status(44, "UNSUPPORTED_HEADER", 401)
	// ErrUnsupportedAlgorithm (401): the algorithm is not RS256.
	ErrUnsupportedAlgorithm = status(45, "UNSUPPORTED_ALGORITHM", 401)

	// ErrUnknownKey (401): no usable key of the set has the token's "kid".
	ErrUnknownKey = status(60, "UNKNOWN_KEY", 401)
	// ErrBadSignature (401): the signature does not fit the key and the token.
	ErrBadSignature = status(61, "BAD_SIGNATURE", 401)

	// ErrMalformedClaims (401): the payload is not a strict JSON object.
	ErrMalformedClaims = status(80, "MALFORMED_CLAIMS", 401)
	// ErrMissingClaim (401): one of "exp", "iat", "iss" and "aud" is missing.
	ErrMissingClaim = status(81, "MISSING_CLAIM", 401)
	// ErrInvalidClaim (401): a claim has the wrong type or a value out of range.
	ErrInvalidClaim = status(82, "INVALID_CLAIM", 401)
	// ErrWrongIssuer (401): the token was issued by another team.
	ErrWrongIssuer = status(83, "WRONG_ISSUER", 401)
	// ErrWrongAudience (401): the token was issued for another application.
	ErrWrongAudience = status(84, "WRONG_AUDIENCE", 401)
	// ErrWrongTokenType (401): not an application token: its "type" is not "app".
	ErrWrongTokenType = status(85, "WRONG_TOKEN_TYPE", 401)
	// ErrExpired (401): the token has expired.
	ErrExpired = status(86, "EXPIRED", 401)
	// ErrNotYetValid (401): "nbf" or "iat" lies in the future.
	ErrNotYetValid = status(87, "NOT_YET_VALID", 401)
	// ErrSessionTooLong (401): the token lives longer than Config.MaxLifetime.
	ErrSessionTooLong = status(88, "SESSION_TOO_LONG", 401)
	// ErrSessionTooOld (401): the login is longer ago than Config.MaxAge.
	ErrSessionTooOld = status(89, "SESSION_TOO_OLD", 401)
	// ErrAmbiguousIdentity (403): neither a person nor a service, or both.
	ErrAmbiguousIdentity = status(90, "AMBIGUOUS_IDENTITY", 403)
	// ErrServiceNotAllowed (403): the service's Client ID is not allowed by the Config.
	ErrServiceNotAllowed = status(91, "SERVICE_NOT_ALLOWED", 403)
	// ErrIdentityMismatch (403): the request names another person than the token.
	ErrIdentityMismatch = status(92, "IDENTITY_MISMATCH", 403)
	// ErrRevoked (401): the token, its session or its owner was revoked.
	ErrRevoked = status(93, "REVOKED", 401)
	// ErrBlocked (403): the owner of the token, its session or its application is blocked.
	ErrBlocked = status(94, "BLOCKED", 403)

	// ErrNoRoute (403): no route of the Guard is for the host and path.
	ErrNoRoute = status(100, "NO_ROUTE", 403)
	// ErrUncleanPath (403): the path could be understood in several ways, see [NewMiddleware].
	ErrUncleanPath = status(101, "UNCLEAN_PATH", 403)
	// ErrCrossOrigin (403): a page of another origin caused the request, see Guard.CheckOrigin.
	ErrCrossOrigin = status(102, "CROSS_ORIGIN", 403)

	// ErrRevocationsUnavailable (503): nothing current is known of the store of revocations, or it did not
	// confirm a write.
	ErrRevocationsUnavailable = status(110, "REVOCATIONS_UNAVAILABLE", 503)
	// ErrRevocationsPending (503): the store of revocations was still being read when the time of the call
	// was over.
	ErrRevocationsPending = status(111, "REVOCATIONS_PENDING", 503)

	// ErrInternal (500): something that must not happen did; the call was refused.
	ErrInternal = status(255, "INTERNAL", 500)
)

// conditions holds the table above by number. Nothing is added after the package's variables are made.
var conditions = make(map[int32]*condition)

func status(number int32, name string, http int) error {
	known := &condition{number: number, name: name, http: http}
	conditions[number] = known
	return known
}
