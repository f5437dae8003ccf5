"""The team of a local Access and its keys, which meet no others."""

from __future__ import annotations

from mint import AUDIENCE
from vector import Configuration, config

LOCAL = "local.jwks.json"
ISSUER = "https://cfaccess-local.cloudflareaccess.com"
RULE = "local"


def vectors() -> list[Configuration]:
    return [*_accepted(), *_refused()]


def _accepted() -> list[Configuration]:
    spellings = {
        "name": "cfaccess-local",
        "upper-case": "CFACCESS-LOCAL",
        "host": "cfaccess-local.cloudflareaccess.com",
        "address": "https://cfaccess-local.cloudflareaccess.com/",
    }
    fed = "https://cfaccess-local.fed.cloudflareaccess.com"
    return [
        *(
            Configuration(
                f"local-team-{name}",
                RULE,
                "marked keys for their team, with a warning",
                config(team=team),
                "OK",
                ISSUER,
                1,
                LOCAL,
            )
            for name, team in spellings.items()
        ),
        Configuration(
            "local-team-and-odd-audience",
            RULE,
            "one warning for the team, one for the audience",
            config(team="cfaccess-local", audiences=["my-app"]),
            "OK",
            ISSUER,
            2,
            LOCAL,
        ),
        Configuration(
            "local-team-of-fed",
            RULE,
            "another team that only has the name, for which the keys must not be marked",
            config(team=fed),
            "OK",
            fed,
        ),
    ]


def _refused() -> list[Configuration]:
    def refused(name: str, about: str, team: str, keys: str | None) -> Configuration:
        used = config(team=team, audiences=[AUDIENCE])
        return Configuration(f"local-{name}", RULE, about, used, "INVALID_CONFIG", keys=keys)

    local = "cfaccess-local"
    return [
        refused("keys-of-other-team", "marked keys for a real team", "acme", LOCAL),
        refused(
            "keys-of-fed", "marked keys for a real team under fed", f"{local}.fed.cloudflareaccess.com", LOCAL
        ),
        refused("keys-of-longer-name", "marked keys for a team with a longer name", f"{local}-2", LOCAL),
        refused("keys-of-shorter-name", "marked keys for a team with a shorter name", "cfaccess-loca", LOCAL),
        refused("keys-of-joined-name", "marked keys for a team without the hyphen", "cfaccesslocal", LOCAL),
        refused("team-with-real-keys", "keys without a mark for the local team", local, None),
        refused(
            "team-host-with-real-keys", "the same by host", f"{local}.cloudflareaccess.com", "other.jwks.json"
        ),
    ]
