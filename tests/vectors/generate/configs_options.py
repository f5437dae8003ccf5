"""What a verifier can be configured to accept, and which configurations are mistakes."""

from __future__ import annotations

from mint import AUDIENCE, CLIENT_ID, LIFETIME, LIFETIME_MAX, OTHER_AUDIENCE
from vector import Configuration, config, fine, wrong


def vectors() -> list[Configuration]:
    return [*_audiences(), *_wrong_audiences(), *_numbers(), *_services(), *_requests()]


def _audiences() -> list[Configuration]:
    def accepted(name: str, about: str, audiences: list[str], warnings: int = 0) -> Configuration:
        return fine(f"audience-{name}", "audiences", about, config(audiences=audiences), warnings=warnings)

    most = [f"app-{number}" for number in range(1024)]
    return [
        accepted("one", "one tag", [AUDIENCE]),
        accepted("two", "two tags", [AUDIENCE, OTHER_AUDIENCE]),
        accepted("doubles", "the same tag twice is one", [AUDIENCE, AUDIENCE]),
        accepted("doubles-of-name", "the same name twice is one, with one warning", ["my-app", "my-app"], 1),
        accepted("name", "no tag: a warning", ["my-app"], 1),
        accepted("two-names", "two that are no tags: two warnings", ["my-app", "other-app"], 2),
        accepted("name-with-tag", "one tag and one that is none", [AUDIENCE, "my-app"], 1),
        accepted("short-tag", "63 digits", [AUDIENCE[:-1]], 1),
        accepted("long-tag", "65 digits", [AUDIENCE + "0"], 1),
        accepted("not-hexadecimal", "64 letters, one of them no digit", ["g" + AUDIENCE[1:]], 1),
        accepted("full-width-digits", "64 characters that only look like digits", ["\uff10" * 64], 1),
        accepted("upper-case-tag", "digits in upper case are digits", [AUDIENCE.upper()]),
        accepted("address", "an address", ["https://app.example.com/"], 1),
        accepted("not-ascii", "letters outside ASCII", ["café"], 1),
        accepted("longest", "512 bytes", ["a" * 512], 1),
        accepted("most", "as many as allowed", most, 1024),
        accepted(
            "most-and-double",
            "as many different ones as allowed, and one of them again",
            [*most, most[0]],
            1024,
        ),
    ]


def _wrong_audiences() -> list[Configuration]:
    audiences: dict[str, list[str]] = {
        "none": [],
        "empty": [""],
        "empty-with-good": [AUDIENCE, ""],
        "space": [" "],
        "space-before": [" " + AUDIENCE],
        "space-after": [AUDIENCE + " "],
        "space-inside": ["my app"],
        "line-feed": [AUDIENCE + "\n"],
        "tab": ["\t" + AUDIENCE],
        "nul": [AUDIENCE + "\0"],
        "escape": ["a\x1bb"],
        "delete": [AUDIENCE + "\x7f"],
        "next-line": [AUDIENCE + "\x85"],
        "no-break-space": [AUDIENCE + "\u00a0"],
        "wide-space": ["a\u3000b"],
        "line-separator": ["a\u2028b"],
        "too-long": ["a" * 513],
        "too-long-in-bytes": ["é" * 257],
        "too-many": [f"app-{number}" for number in range(1025)],
        "two-in-one-with-space": [f"{AUDIENCE} {OTHER_AUDIENCE}"],
    }
    return [
        wrong(
            f"audience-wrong-{name}",
            "audiences",
            "no audience, or one that no token has",
            config(audiences=value),
        )
        for name, value in audiences.items()
    ]


def _numbers() -> list[Configuration]:
    good = {
        "leeway": (0, 1, 30, 299, 300),
        "max_lifetime": (1, 60, 86400, LIFETIME, LIFETIME_MAX - 1, LIFETIME_MAX),
        "max_age": (1, 60, 86400, LIFETIME, LIFETIME_MAX - 1, LIFETIME_MAX),
    }
    bad = {
        "leeway": (-1, 301, 86400, 2**31, 2**63 - 1, -(2**63)),
        "max_lifetime": (0, -1, LIFETIME_MAX + 1, 2**53, 2**63 - 1, -(2**63)),
        "max_age": (0, -1, LIFETIME_MAX + 1, 2**53, 2**63 - 1, -(2**63)),
    }
    return [
        *(
            fine(
                f"{option.replace('_', '-')}-{value}", option, "within its bounds", config(**{option: value})
            )
            for option, values in good.items()
            for value in values
        ),
        *(
            wrong(
                f"{option.replace('_', '-')}-wrong-{value}",
                option,
                "out of its bounds",
                config(**{option: value}),
            )
            for option, values in bad.items()
            for value in values
        ),
        fine(
            "all-options",
            "all",
            "every option at once",
            config(
                leeway=0,
                max_lifetime=60,
                max_age=30,
                allow_services=[CLIENT_ID],
                accept_cookie=True,
                email_header="require",
            ),
        ),
        fine(
            "lifetime-below-leeway",
            "all",
            "a lifetime shorter than the leeway",
            config(leeway=300, max_lifetime=1),
        ),
        fine(
            "age-below-leeway",
            "all",
            "an age shorter than the leeway",
            config(leeway=300, max_age=1),
        ),
        fine(
            "age-above-lifetime",
            "all",
            "an age that no token reaches",
            config(max_lifetime=60, max_age=86400),
        ),
    ]


def _services() -> list[Configuration]:
    good: dict[str, object] = {
        "any": "any",
        "none": [],
        "one": [CLIENT_ID],
        "two": [CLIENT_ID, "other.access"],
        "doubles": [CLIENT_ID, CLIENT_ID],
        "space-inside": ["device 7"],
        "not-ascii": ["gerät"],
        "word-any": ["any"],
        "star": ["*"],
        "longest": ["a" * 256],
    }
    bad: dict[str, list[str]] = {
        "empty": [""],
        "empty-with-good": [CLIENT_ID, ""],
        "space": [" "],
        "space-before": [" " + CLIENT_ID],
        "space-after": [CLIENT_ID + " "],
        "no-break-space-after": [CLIENT_ID + "\u00a0"],
        "line-feed": [CLIENT_ID + "\n"],
        "line-feed-inside": ["a\nb"],
        "nul": [CLIENT_ID + "\0"],
        "delete": ["a\x7fb"],
        "next-line-inside": ["a\x85b"],
        "too-long": ["a" * 257],
        "too-long-in-bytes": ["é" * 129],
    }
    return [
        *(
            fine(
                f"services-{name}",
                "allow_services",
                "Client IDs, compared byte by byte",
                config(allow_services=value),
            )
            for name, value in good.items()
        ),
        *(
            wrong(
                f"services-wrong-{name}",
                "allow_services",
                "a Client ID that no service has",
                config(allow_services=value),
            )
            for name, value in bad.items()
        ),
    ]


def _requests() -> list[Configuration]:
    """What else is read of a request, in addition to the header with the token."""
    return [
        fine("cookie", "accept_cookie", "the cookie is accepted", config(accept_cookie=True)),
        *(
            fine(
                f"email-header-{policy}",
                "email_header",
                "what is made of the e-mail header",
                config(email_header=policy),
            )
            for policy in ("check", "require", "ignore")
        ),
    ]
