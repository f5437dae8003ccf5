"""The targets that rows have to meet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from measure import LIVED_THREADS, Measured


@dataclass(frozen=True)
class Target(ABC):
    row: str
    limit: float

    @abstractmethod
    def reached(self, measured: Measured) -> float: ...

    @abstractmethod
    def __str__(self) -> str: ...

    def is_met(self, measured: Measured) -> bool:
        return self.reached(measured) <= self.limit

    def verdict(self, measured: Measured) -> str:
        word = "MET" if self.is_met(measured) else "MISSED"
        return f"{word}: {self}: {self.shown(self.reached(measured))}"

    def shown(self, number: float) -> str:
        return f"{number:.4g}"


@dataclass(frozen=True)
class Nanoseconds(Target):
    def reached(self, measured: Measured) -> float:
        return measured.median(self.row)

    def __str__(self) -> str:
        return f"{self.row} at most {self.limit:g} ns"


@dataclass(frozen=True)
class Ratio(Target):
    against: str

    def reached(self, measured: Measured) -> float:
        return measured.ratio(self.row, self.against)

    def __str__(self) -> str:
        return f"{self.row} at most {self.shown(self.limit)} of {self.against}"

    def shown(self, number: float) -> str:
        return f"{number:.4g}" if number > 0.01 else f"1/{1 / number:.0f}"


@dataclass(frozen=True)
class Difference(Target):
    over: str

    def reached(self, measured: Measured) -> float:
        return measured.difference(self.row, self.over)

    def __str__(self) -> str:
        return f"{self.row} at most {self.limit:g} ns over {self.over}"


@dataclass(frozen=True)
class Throughput(Target):
    """At least, where all others are at most."""

    against: str

    def reached(self, measured: Measured) -> float:
        return measured.ratio(self.against, self.row)

    def is_met(self, measured: Measured) -> bool:
        return self.reached(measured) >= self.limit

    def __str__(self) -> str:
        return f"{self.row} with at least {self.limit:g} times the throughput of {self.against}"


@dataclass(frozen=True)
class Allocations(Target):
    def reached(self, measured: Measured) -> float:
        return measured.allocations[self.row]

    def __str__(self) -> str:
        return f"{self.row} at most {self.limit:g} allocations"


@dataclass(frozen=True)
class Memory(Target):
    """The memory of an entry; the row is a way to measure it."""

    tokens: float

    def reached(self, measured: Measured) -> float:
        return measured.scale[self.row] - self.tokens * measured.token_length

    def __str__(self) -> str:
        return f"{self.row} memory of an entry at most {self.limit:g} bytes over {self.tokens:g} tokens"


@dataclass(frozen=True)
class AfterThreads(Target):
    """What a cache costs after many threads were alive, of what it cost before; the row is what it does."""

    def reached(self, measured: Measured) -> float:
        return measured.lived[f"{self.row}_after"] / measured.lived[f"{self.row}_before"]

    def __str__(self) -> str:
        return f"{self.row} after {LIVED_THREADS:,} threads at most {self.limit:g} of before"


@dataclass(frozen=True)
class FreeAfterThreads(Target):
    def reached(self, measured: Measured) -> float:
        return measured.lived[f"{self.row}_after"] / 1e6

    def __str__(self) -> str:
        return f"{self.row} after {LIVED_THREADS:,} threads at most {self.limit:g} ms"


SERVER_TARGETS: list[Target] = [
    Throughput("uvicorn_starlette_guarded", 0.92, "uvicorn_starlette"),
    Throughput("gunicorn_flask_guarded", 0.98, "gunicorn_flask"),
]

TARGETS: list[Target] = [
    Ratio("c_verify", 1.10, "floor_rsa"),
    Difference("c_request", 500, "c_verify"),
    Ratio("c_malformed", 0.02, "floor_rsa"),
    Ratio("c_unknown_key", 0.04, "floor_rsa"),
    Ratio("python_verify", 1.30, "floor_rsa"),
    Ratio("python_verify_beside_a_busy_thread", 2.5, "python_verify"),
    Ratio("go_verify", 1.15, "go_floor_rsa"),
    Ratio("go_verify", 0.5, "golang_jwt"),
    Allocations("rust_verify", 6),
    Allocations("abi_verify", 6),
    Allocations("go_verify", 2),
    Nanoseconds("c_hit", 70),
    Ratio("c_hit", 1 / 300, "jsonwebtoken"),
    Ratio("c_hit", 1.8, "floor_hit"),
    Ratio("c_lookup", 1, "c_hit"),
    Ratio("go_hit", 1 / 400, "golang_jwt"),
    Ratio("python_hit", 1 / 130, "pyjwt"),
    Nanoseconds("python_asgi", 4000),
    Nanoseconds("python_wsgi", 3000),
    Allocations("rust_hit", 0),
    Allocations("c_hit", 0),
    Allocations("go_hit", 0),
    Difference("go_middleware", 1000, "go_hit"),
    Allocations("go_middleware", 2),
    Ratio("c_hit_32_keys", 1.5, "c_hit"),
    Ratio("c_hit_audiences", 1.5, "c_hit"),
    Ratio("c_hit_1000_32_keys", 1.5, "c_hit_1000"),
    Ratio("c_hit_1000_audiences", 1.5, "c_hit_1000"),
    Ratio("c_hit_1000_of_100000", 1.5, "c_hit_1000"),
    Throughput("c_hit_two_threads", 1.8, "c_hit"),
    Throughput("c_lookup_two_threads", 1.6, "c_lookup"),
    Memory("resident", 400, 2.2),
    Memory("counted", 400, 2.2),
    AfterThreads("kept", 1.1),
    AfterThreads("hit", 1.1),
    FreeAfterThreads("free", 5),
    *SERVER_TARGETS,
]
