"""The declarations agree with the header, and with the library that is loaded."""

from __future__ import annotations

import ctypes
import logging
import re

import cfaccess
import pytest
from cfaccess import _claims, _decisions, _library, _native, _remote, _verifier
from cfaccess._claims import CLAIMS_STRINGS
from support import REPOSITORY

HEADER = re.sub(
    r"/\*.*?\*/|//[^\n]*", " ", (REPOSITORY / "include" / "cfaccess.h").read_text("utf-8"), flags=re.S
)
C_SIZES = {"int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8, "size_t": 8, "cfaccess_status": 4}
FUNCTIONS = {name: ctypes.sizeof(ctypes.c_void_p) for name in re.findall(r"\(\*(cfaccess_\w+)\)", HEADER)}

# Those that wait for a fetch would block greenlets and signal handlers. Claims outlive what the library
# handed out, so they are made of the block and not of their JSON. Decisions say what a guard would log.
NEVER_CALLED = {
    "cfaccess_claims_json",
    "cfaccess_guard_config_set_log",
    "cfaccess_guard_decide",
    "cfaccess_guard_decide_at",
    "cfaccess_keys_begin",
    "cfaccess_keys_connect",
    "cfaccess_revocations_connect",
    "cfaccess_verifier_verify",
    "cfaccess_verifier_verify_at",
    "cfaccess_verifier_verify_request",
    "cfaccess_verifier_verify_request_at",
}

# They read files, prepare keys, or wait for a store or for threads of the library.
RELEASING_GIL = {
    "cfaccess_keys_from_json",
    "cfaccess_keys_from_file",
    "cfaccess_keys_load_json",
    "cfaccess_keys_remote",
    "cfaccess_keys_close",
    "cfaccess_revocations_open",
    "cfaccess_revocations_revoke",
    "cfaccess_revocations_block",
    "cfaccess_revocations_lift",
    "cfaccess_revocations_list",
    "cfaccess_revocations_import",
    "cfaccess_revocations_close",
}


def prototypes() -> dict[str, tuple[str, list[str]]]:
    """Result and parameters of every function of the header, by its name."""
    found = re.findall(r"(?m)^[ \t]*((?:const |struct )*\w+[ *]+)(cfaccess_\w+)\s*\(([^)]*)\)", HEADER)
    return {
        name: (result, [] if arguments.strip() in ("", "void") else arguments.split(","))
        for result, name, arguments in found
    }


def c_size(declaration: str) -> int:
    """Bytes of a parameter or a result on this platform."""
    if "*" in declaration:
        return ctypes.sizeof(ctypes.c_void_p)
    words = declaration.split()
    return next(size for name, size in {**C_SIZES, **FUNCTIONS}.items() if name in words)


def test_every_function_of_the_header_is_declared_but_those_never_called() -> None:
    assert set(_library.DECLARED) == set(prototypes()) - NEVER_CALLED
    assert set(prototypes()) > NEVER_CALLED


@pytest.mark.parametrize("name", sorted(_library.DECLARED))
def test_declaration_has_the_arguments_and_result_of_the_header(name: str) -> None:
    result, arguments = prototypes()[name]
    function = _library.DECLARED[name]

    assert [ctypes.sizeof(kind) for kind in function.argtypes] == [c_size(argument) for argument in arguments]
    if function.restype is None:
        assert result.strip() == "void"
    else:
        assert ctypes.sizeof(function.restype) == c_size(result)


@pytest.mark.parametrize("name", sorted(_library.DECLARED))
def test_only_slow_functions_release_the_gil(name: str) -> None:
    releases = isinstance(_library.DECLARED[name], _library._releasing._FuncPtr)

    assert releases == (name in RELEASING_GIL)


def claims_fields() -> list[tuple[str, str]]:
    """The members of `cfaccess_claims`, name and type, from the header."""
    return members("cfaccess_claims")


def test_head_of_the_claims_is_read_as_the_header_writes_it() -> None:
    names = [name for name, _ in claims_fields()]
    sizes = [
        16 if "cfaccess_str " in kind and "*" not in kind else c_size(kind) for _, kind in claims_fields()
    ]

    head = ["struct_size", "kind", "present", "issued_at", "not_before", "expires_at"]
    assert names[:9] == [*head, "audiences_len", "audiences", "block"]
    assert sum(sizes[:9]) == 72
    read = names.index("id") + 1
    assert names[read - 2 : read] == ["ends_at", "id"]
    assert sum(sizes[:read]) == _native.CLAIMS_HEAD.size


def members(name: str) -> list[tuple[str, str]]:
    """The members of a struct of the header, name and type."""
    body = re.search(rf"struct {name}\s*\{{(.*?)\}}", HEADER, flags=re.S)
    assert body
    return [(member, kind) for kind, member in re.findall(r"([\w\s*]+?[\s*])(\w+);", body.group(1))]


def test_decision_is_read_as_the_header_writes_it() -> None:
    text = "struct cfaccess_str"
    assert [(name, " ".join(kind.split())) for name, kind in members("cfaccess_decision")][:12] == [
        ("struct_size", "size_t"),
        ("kind", "uint32_t"),
        ("status", "cfaccess_status"),
        ("http_status", "uint32_t"),
        ("claims", "const struct cfaccess_claims *"),
        ("claims_id", "uint64_t"),
        ("email", text),
        ("message", text),
        ("warning", text),
        ("headers_len", "size_t"),
        ("headers", "const struct cfaccess_header *"),
        ("body", text),
    ]
    assert _decisions.DECISION.size == 8 + 3 * 4 + 4 + 2 * 8 + 3 * 16 + 2 * 8 + 16
    assert constant("CFACCESS_DECISION_OPEN") == _decisions._OPEN
    assert constant("CFACCESS_DECISION_ALLOWED") == _decisions._ALLOWED


def test_request_is_written_as_the_header_has_it() -> None:
    names = [name for name, _ in members("cfaccess_request")]

    assert (names[0], names[-3:]) == ("struct_size", ["joined", "joined_len", "joined_parts"])
    assert _decisions.REQUEST.size == 8 * len(names)


def test_headers_are_written_as_the_header_of_c_has_them() -> None:
    body = re.search(r"struct cfaccess_header\s*\{(.*?)\}", HEADER, flags=re.S)
    assert body

    assert re.findall(r"(\w+);", body.group(1)) == ["name", "name_len", "value", "value_len"]
    assert [row.size for row in _native._rows] == [32 * count for count in range(_native.MOST_HEADERS + 1)]


@pytest.mark.parametrize("policy", ["check", "require", "ignore"])
def test_email_policy_is_the_one_of_the_header(policy: str) -> None:
    assert _verifier.EMAIL_HEADER[policy] == constant(f"CFACCESS_EMAIL_HEADER_{policy.upper()}")


def test_block_has_the_strings_that_are_recorded() -> None:
    recorded = (REPOSITORY / "tests" / "abi" / "block.txt").read_text("utf-8").splitlines()

    assert recorded[_claims._AUDIENCES_AT] == f"{_claims._AUDIENCES_AT} audiences"
    assert len(recorded) == CLAIMS_STRINGS + 1


def test_bits_are_those_of_the_header() -> None:
    names = re.findall(r"#define\s+CFACCESS_CLAIM_(\w+)", HEADER)

    assert len(names) > 10
    assert {name: getattr(_claims, name, None) for name in names} == {
        name: constant(f"CFACCESS_CLAIM_{name}") for name in names
    }


@pytest.mark.parametrize("name", ["INFO", "WARNING"])
def test_level_of_the_log_is_the_one_of_the_header(name: str) -> None:
    assert _remote.LOG_LEVELS[constant(f"CFACCESS_LOG_{name}")] == getattr(logging, name)


@pytest.mark.parametrize("name", ["PERSON", "SERVICE"])
def test_kind_is_the_one_of_the_header(name: str) -> None:
    assert _claims._KINDS[constant(f"CFACCESS_KIND_{name}")] == name.lower()


def constant(name: str) -> int:
    """The value of a macro like `8` or `(1 << 3)`, with or without a `u` after the numbers."""
    definition = re.search(rf"#define\s+{name}\s+(.+)", HEADER)
    assert definition
    numbers = [int(number) for number in re.findall(r"\d+", definition.group(1))]
    return numbers[0] << numbers[1] if "<<" in definition.group(1) else numbers[0]


def test_version_is_the_one_of_the_crate_and_of_the_library() -> None:
    manifest = (REPOSITORY / "Cargo.toml").read_text("utf-8")
    crate = re.search(r'(?m)^version = "([^"]+)"', manifest)
    assert crate

    assert cfaccess.__version__ == crate.group(1)
    assert _library.DECLARED["cfaccess_version"]().decode() == crate.group(1)


@pytest.mark.parametrize(
    ("library", "package", "fits"),
    [
        (0x000100, "0.1.0", True),
        (0x000107, "0.1.3", True),
        (0x000102, "0.1.3", False),
        (0x000200, "0.1.0", False),
        (0x000100, "0.2.0", False),
        (0x010100, "0.1.0", False),
        (0x010500, "1.2.3", True),
        (0x010200, "1.2.3", False),
        (0x020000, "1.2.3", False),
    ],
)
def test_library_of_another_abi_is_refused(library: int, package: str, fits: bool) -> None:
    if fits:
        _library.check_version(library, package)
        return
    with pytest.raises(ImportError, match=f"version {package} cannot use"):
        _library.check_version(library, package)


def test_failpoint_is_not_in_this_library(verifier: cfaccess.Verifier) -> None:
    with pytest.raises(cfaccess.Malformed):
        verifier.verify("failpoint.panic.now")


def test_claims_of_another_shape_are_refused(
    verifier: cfaccess.Verifier, token: str, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_native, "CLAIMS_STRINGS", CLAIMS_STRINGS + 1)

    with pytest.raises(cfaccess.Internal):
        verifier.verify(token, now=now)
