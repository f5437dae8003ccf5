"""The faults that an endpoint, its network and its clock may have, and what the status says of each."""

from __future__ import annotations

import json

from endpoint import key

from .runs import DAY, KNOWN, NEW, UNKNOWN, Fault

OUTAGES = [
    Fault("404", "the document is not there", {"kind": "status", "status": 404}, "HTTP 404"),
    Fault(
        "429",
        "too many requests, and Retry-After: 2",
        {"kind": "status", "status": 429, "headers": [["Retry-After", "2"]]},
        "HTTP 429",
    ),
    Fault("500", "an internal error", {"kind": "status", "status": 500}, "HTTP 500"),
    Fault(
        "redirect",
        "a redirect to another host",
        {"kind": "status", "status": 302, "headers": [["Location", "https://attacker.example/keys"]]},
        "HTTP 302",
    ),
    Fault(
        "redirect to http",
        "a redirect to the same host without TLS",
        {
            "kind": "status",
            "status": 308,
            "headers": [["Location", "http://acme.cloudflareaccess.com/cdn-cgi/access/certs"]],
        },
        "HTTP 308",
    ),
    Fault(
        "206",
        "a part of the document that nobody asked for",
        {"kind": "status", "status": 206},
        "HTTP 206",
    ),
    Fault(
        "304",
        "not modified, although nobody asked whether",
        {"kind": "status", "status": 304},
        "HTTP 304",
    ),
    Fault("html", "a login page with 200", {"kind": "html"}, "not strict JSON"),
    Fault("not JSON", "text of a gateway with 200", {"kind": "not_json"}, "not strict JSON"),
    Fault("empty set", "a document without keys", {"kind": "empty"}, "no entries"),
    Fault("over 32 keys", "a document of 33 keys", {"kind": "many"}, "33 entries"),
    Fault("cut short", "half a document, as if it were all", {"kind": "cut"}, "not strict JSON"),
    Fault(
        "truncated", "a connection that breaks off", {"kind": "truncated"}, "before the document was whole"
    ),
    Fault("2 MiB", "a document of 2 MiB", {"kind": "large"}, "more than 1048576 bytes"),
    Fault("gzip bomb", "1 MB that unfolds to 256 MiB", {"kind": "gzip_bomb"}, "the key document"),
    Fault("slow body", "one byte every 50 ms", {"kind": "slow"}, "timeout"),
    Fault("stalled handshake", "a server that never says a word", {"kind": "stalled"}, "timeout"),
    Fault("wrong certificate", "a certificate of another host", {"kind": "wrong_certificate"}, "certificate"),
    Fault(
        "expired certificate", "a certificate of last year", {"kind": "expired_certificate"}, "certificate"
    ),
    Fault(
        "stranger's certificate",
        "a certificate of an unknown authority",
        {"kind": "stranger_certificate"},
        "certificate",
    ),
    Fault("refused", "a connection that nobody takes", {"kind": "refused"}, "did not answer the CONNECT"),
    Fault(
        "late answers",
        "answers with other keys after the timeout, when newer ones have come",
        {"keys": [UNKNOWN], "delay": 1.2},
        "timeout",
    ),
]

REPLACED = json.dumps({"keys": [key(NEW).jwk(kid=key(KNOWN).kid)]})

CHANGES = [
    Fault("key removed", "the key is gone from the document", {"keys": [UNKNOWN]}, known_is="UNKNOWN_KEY"),
    Fault("keys swapped", "the kid stands for another key", {"body": REPLACED}, known_is="BAD_SIGNATURE"),
    Fault("clock an hour back", "the wall clock is wrong, the endpoint is well", {}, clock=-3600),
    Fault("clock a day ahead", "the wall clock is wrong, the endpoint is well", {}, clock=DAY),
]
