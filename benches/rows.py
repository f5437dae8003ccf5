"""What is measured: each row with its program, and what it has to reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    program: str
    about: str
    floor: str = "floor_rsa"
    recorded: bool = True
    milliseconds: int = 5
    """How long it is measured in a round. Shorter than what a scheduler gives away at once: on a busy machine
    most pieces are then undisturbed."""


ROWS = [
    Row("floor_rsa", "rust", "the bare check of the signature: aws-lc with a prepared RSA-2048 key"),
    Row("rust_verify", "rust", "Rust, `Verifier::verify_at`"),
    Row("jsonwebtoken", "rust", "the crate jsonwebtoken, `decode` with a prepared key"),
    Row("c_floor", "c", "C, the bare check", recorded=False),
    Row("c_verify", "c", "C, `cfaccess_verifier_verify_at` and `cfaccess_claims_free`"),
    Row("c_request", "c", "C, `cfaccess_verifier_verify_request_at`: that token in a request of 12 headers"),
    Row("c_malformed", "c", "C, a whole token with one byte outside the alphabet near its end"),
    Row("c_garbage", "c", "C, `not a token`", recorded=False),
    Row("c_unknown_key", "c", "C, a whole token with a `kid` that is not in the set"),
    Row("c_bad_signature", "c", "C, a whole token with a signature that does not hold", recorded=False),
    Row("python_verify", "python", "Python, `Verifier.verify`"),
    Row("python_first_look", "python", "Python, `Verifier.verify` of tokens that were never seen before"),
    Row(
        "python_first_look_beside_a_busy_thread",
        "python",
        "the same, while another thread of the process spins",
        milliseconds=40,
    ),
    Row("pyjwt", "python", "PyJWT, `jwt.decode` with a key object"),
    Row("go_floor_rsa", "go", "Go, the bare check through cgo"),
    Row("go_verify", "go", "Go, `Verifier.VerifyAt`", floor="go_floor_rsa"),
    Row("golang_jwt", "go", "golang-jwt, `Parser.ParseWithClaims`", floor="go_floor_rsa"),
]


@dataclass(frozen=True)
class Target:
    """At most `limit` times a row, or `limit` ns over a row, or `limit` allocations."""

    row: str
    limit: float
    against: str = ""
    over: str = ""

    def __str__(self) -> str:
        if self.over:
            return f"{self.row} at most {self.limit:g} ns over {self.over}"
        if self.against:
            return f"{self.row} at most {self.limit:g} of {self.against}"
        return f"{self.row} at most {self.limit:g} allocations"


TARGETS = [
    Target("c_verify", 1.10, "floor_rsa"),
    Target("c_request", 500, over="c_verify"),
    Target("c_malformed", 0.02, "floor_rsa"),
    Target("c_unknown_key", 0.04, "floor_rsa"),
    Target("python_verify", 1.30, "floor_rsa"),
    # At least 0.4 of the tokens a second: two threads that share the interpreter have half each at best.
    Target("python_first_look_beside_a_busy_thread", 2.5, "python_first_look"),
    Target("go_verify", 1.15, "go_floor_rsa"),
    Target("go_verify", 0.5, "golang_jwt"),
    Target("rust_verify", 6),
    Target("abi_verify", 6),
    Target("go_verify", 2),
]
