"""What is measured: each row with its program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    program: str
    about: str
    floor: str = "floor_rsa"
    recorded: bool = True
    seldom: bool = False
    """Slow, and measured in some of the rounds."""
    counted: bool = False
    """Its instructions are counted as well."""
    milliseconds: int = 5
    """How long it is measured in a round. Shorter than a time slice of the scheduler, so that most
    measurements are undisturbed on a busy machine."""


FIRST_VERIFICATIONS = [
    Row("floor_rsa", "rust", "the bare check of the signature: aws-lc with a prepared RSA-2048 key"),
    Row("rust_verify", "rust", "Rust, `Verifier::verify_at`"),
    Row("c_floor", "c", "C, the bare check", recorded=False, counted=True),
    Row("c_verify", "c", "C, `cfaccess_verifier_verify_at` and `cfaccess_claims_free`", counted=True),
    Row("c_verify_kept", "c", "C, the same, with the cache on and each token new", counted=True),
    Row("c_request", "c", "C, `cfaccess_verifier_verify_request_at`: that token in 12 headers", counted=True),
    Row("python_verify", "python", "Python, `Verifier.verify`"),
    Row(
        "python_verify_beside_a_busy_thread",
        "python",
        "the same, while another thread of the process spins",
        milliseconds=40,
    ),
    Row("go_floor_rsa", "go", "Go, the bare check through cgo"),
    Row("go_verify", "go", "Go, `Verifier.VerifyAt`", floor="go_floor_rsa"),
]

REFUSALS = [
    Row("c_malformed", "c", "C, one byte outside the alphabet near the end of a whole token", counted=True),
    Row("c_garbage", "c", "C, `not a token`", recorded=False, counted=True),
    Row("c_unknown_key", "c", "C, a whole token with a `kid` that is not in the set", counted=True),
    Row("c_bad_signature", "c", "C, a whole token whose signature is invalid", recorded=False, counted=True),
]


def _hit(name: str, program: str, about: str, counted: bool = False) -> Row:
    return Row(name, program, about, floor="floor_hit", counted=counted)


CACHE_HITS = [
    _hit("floor_hit", "rust", "a sharded table, the whole token compared, one reference count"),
    _hit("rust_hit", "rust", "Rust, `Verifier::verify`"),
    _hit("c_hit", "c", "C, `cfaccess_verifier_verify` and `cfaccess_claims_free`", counted=True),
    _hit("c_lookup", "c", "C, `cfaccess_verifier_lookup`", counted=True),
    _hit("c_guard", "c", "C, `cfaccess_guard_try_decide`: that token in 12 headers", counted=True),
    _hit(
        "c_guard_lookup", "c", "C, `cfaccess_guard_lookup`: the headers of these that it reads", counted=True
    ),
    _hit("python_hit", "python", "Python, `Verifier.verify(token).email`"),
    _hit("python_asgi", "python", "Python, `cfaccess.asgi.AccessMiddleware`: that token in 17 headers"),
    _hit("python_wsgi", "python", "Python, `cfaccess.wsgi.AccessMiddleware`: the same request"),
    _hit("go_hit", "go", "Go, `Verifier.Verify` and the e-mail"),
    _hit("go_middleware", "go", "Go, `Middleware` and the e-mail: that token in 12 headers"),
    _hit("c_hit_32_keys", "c", "C, with 32 keys in the set"),
    _hit("c_hit_audiences", "c", "C, with 1,000 audiences in the configuration"),
    _hit("c_hit_1000", "c", "C, 1,000 tokens in turn, all that are cached"),
    _hit("c_hit_1000_32_keys", "c", "C, 1,000 tokens in turn, signed with 32 keys"),
    _hit("c_hit_1000_audiences", "c", "C, 1,000 tokens in turn, for 1,000 audiences"),
    _hit("c_hit_1000_of_100000", "c", "C, 1,000 tokens in turn, of 100,000 that are cached"),
    _hit("c_hit_100000", "c", "C, 100,000 tokens in turn, all that are cached"),
    _hit("c_hit_two_threads", "c", "C, two threads with a token each: the time of a hit of both together"),
    _hit("c_lookup_two_threads", "c", "C, two threads with one and the same token, likewise"),
]


def _peer(name: str, program: str, about: str) -> Row:
    return Row(name, program, about, floor="go_floor_rsa" if program == "go" else "floor_rsa", seldom=True)


PEERS = [
    _peer("jsonwebtoken", "rust", "Rust, jsonwebtoken: `decode`"),
    _peer(
        "libjwt", "libjwt", "C, libjwt: `jwt_decode`, which takes its key as PEM each time, and the claims"
    ),
    _peer("pyjwt", "python", "Python, PyJWT: `jwt.decode`"),
    _peer("joserfc", "python", "Python, joserfc: `jwt.decode` and `JWTClaimsRegistry.validate`"),
    _peer("golang_jwt", "go", "Go, golang-jwt: `Parser.ParseWithClaims`"),
    _peer("go_jose", "go", "Go, go-jose: `jwt.ParseSigned`, `Claims` and `Validate`"),
    _peer("jwx", "go", "Go, lestrrat-go/jwx: `jwt.Parse`"),
    _peer("go_oidc", "go", "Go, go-oidc: `IDTokenVerifier.Verify` with a `StaticKeySet`, and `Claims`"),
    _peer("fast_jwt", "node", "Node, fast-jwt: a verifier of `createVerifier`"),
    _peer(
        "fast_jwt_cached", "node", "Node, fast-jwt: the same with `cache: true`, the token verified before"
    ),
    _peer("aws_jwt_verify", "node", "Node, aws-jwt-verify: `JwtVerifier.verifySync` with its keys loaded"),
    _peer("jose", "node", "Node, jose: `await jwtVerify`"),
]


def _served(name: str, about: str) -> Row:
    return Row(name, "servers", about, seldom=True, milliseconds=60)


SERVERS = {
    bare: (_served(bare, about), _served(f"{bare}_guarded", f"{about}, with the middleware"))
    for bare, about in {
        "uvicorn_starlette": "uvicorn with Starlette",
        "gunicorn_flask": "gunicorn with Flask",
    }.items()
}
"""A request to a server, without and with the middleware."""

SERVED = [row for both in SERVERS.values() for row in both]
ROWS = [*FIRST_VERIFICATIONS, *REFUSALS, *CACHE_HITS, *PEERS, *SERVED]
