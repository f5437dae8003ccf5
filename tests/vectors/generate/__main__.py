"""Writes every vector file, or with `--check` says whether the committed ones are up to date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import addresses
import configs_local
import configs_options
import configs_team
import documents_keys
import documents_local
import documents_numbers
import documents_twins
import documents_whole
import guard_answers
import guard_configs
import guard_emails
import guard_hosts
import guard_mounts
import guard_open
import guard_oracle
import guard_order
import guard_origins
import guard_paths
import guard_preflights
import guard_redirects
import oracle
import requests_age
import requests_both
import requests_cookie
import requests_email
import requests_header
import requests_order
import revocation_hits
import revocation_oracle
import revocation_writes
import sets
import tokens_accepted
import tokens_algorithm
import tokens_claims
import tokens_documented
import tokens_email
import tokens_form
import tokens_groups
import tokens_header
import tokens_issuer
import tokens_kid
import tokens_order
import tokens_payload
import tokens_principal
import tokens_signature
import tokens_size
import tokens_surplus
import tokens_times
import tokens_type
from guard_vector import TOKENS as GUARD_TOKENS
from guard_vector import VERIFIERS, Guarded
from mint import AUDIENCE, NOW, TEAM
from revocation_vector import NOW as REVOCATION_NOW
from revocation_vector import TOKENS as REVOCATION_TOKENS
from revocation_vector import Revoked
from segments import document
from vector import Address, Configuration, Document, Request, Token

FOLDER = Path(__file__).resolve().parent.parent
TOKENS = (
    tokens_documented,
    tokens_accepted,
    tokens_form,
    tokens_surplus,
    tokens_size,
    tokens_algorithm,
    tokens_header,
    tokens_kid,
    tokens_signature,
    tokens_payload,
    tokens_claims,
    tokens_email,
    tokens_groups,
    tokens_issuer,
    tokens_type,
    tokens_times,
    tokens_principal,
    tokens_order,
)
REQUESTS = (requests_header, requests_cookie, requests_both, requests_email, requests_age, requests_order)
GUARDS = (
    guard_hosts,
    guard_paths,
    guard_mounts,
    guard_open,
    guard_preflights,
    guard_origins,
    guard_answers,
    guard_redirects,
    guard_emails,
    guard_order,
    guard_configs,
)
REVOCATIONS = (revocation_hits, revocation_writes)
DOCUMENTS = (documents_whole, documents_keys, documents_numbers, documents_twins, documents_local)
CONFIGURATIONS = (configs_team, configs_options, configs_local)
DEFAULTS = {"config": {"team": TEAM, "audiences": [AUDIENCE]}, "keys": "acme.jwks.json", "now": NOW}

REVOCATION_DEFAULTS = {**DEFAULTS, "now": REVOCATION_NOW}
REVOCATION_TOKEN_BYTES = {name: carried.decode("ascii") for name, carried in REVOCATION_TOKENS.items()}
GUARD_DEFAULTS = {"keys": "acme.jwks.json", "now": NOW}
GUARD_TOKEN_BYTES = {name: carried.decode("ascii") for name, (carried, _) in GUARD_TOKENS.items()}


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python tests/vectors/generate [--check]", file=sys.stderr)
        return 2
    tokens = [vector for family in TOKENS for vector in family.vectors()]
    requests = [vector for family in REQUESTS for vector in family.vectors()]
    documents = [vector for family in DOCUMENTS for vector in family.vectors()]
    configurations = [vector for family in CONFIGURATIONS for vector in family.vectors()]
    guards = [vector for family in GUARDS for vector in family.vectors()]
    revocations = [vector for family in REVOCATIONS for vector in family.vectors()]
    locations = addresses.vectors()
    faults = oracle.faults(tokens, requests, documents, configurations)
    faults += [*oracle.repeated(guards), *guard_oracle.faults(guards)]
    faults += oracle.repeated(locations)
    faults += [*oracle.repeated(revocations), *revocation_oracle.faults(revocations)]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    files = {
        **sets.files(),
        "tokens.json": document({"defaults": DEFAULTS}, members(tokens)),
        "requests.json": document({"defaults": DEFAULTS}, members(requests)),
        "guard.json": document(
            {"defaults": GUARD_DEFAULTS, "verifiers": VERIFIERS, "tokens": GUARD_TOKEN_BYTES}, members(guards)
        ),
        "revocation.json": document(
            {"defaults": REVOCATION_DEFAULTS, "tokens": REVOCATION_TOKEN_BYTES}, members(revocations)
        ),
        "keys.json": document({}, members(documents)),
        "configs.json": document({}, members(configurations)),
        "local.json": document({}, members(locations)),
    }
    return check(files) if arguments else write(files)


def members(
    vectors: Sequence[Token | Request | Document | Configuration | Address | Guarded | Revoked],
) -> list[dict[str, object]]:
    return [vector.members() for vector in vectors]


def write(files: dict[str, str]) -> int:
    for name, text in files.items():
        (FOLDER / name).write_bytes(text.encode("ascii"))
    return 0


def check(files: dict[str, str]) -> int:
    stale = [name for name, text in files.items() if not same(FOLDER / name, text)]
    if stale:
        print(f"out of date: {', '.join(stale)}; run: python tests/vectors/generate", file=sys.stderr)
        return 1
    return 0


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode("ascii")


sys.exit(main(sys.argv[1:]))
