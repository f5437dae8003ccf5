"""The team: a name, a host or an address, and nothing else."""

from __future__ import annotations

from mint import ISSUER
from vector import Configuration, config, fine, wrong

HOST = "acme.cloudflareaccess.com"
FED = "acme.fed.cloudflareaccess.com"


def vectors() -> list[Configuration]:
    return [*_team(), *_wrong_team()]


def _team() -> list[Configuration]:
    longest = "a" * 63
    teams = [
        ("name", "acme", ISSUER),
        ("name-upper-case", "ACME", ISSUER),
        ("name-mixed-case", "aCmE", ISSUER),
        ("host", HOST, ISSUER),
        ("host-mixed-case", "Acme.CloudflareAccess.com", ISSUER),
        ("address", f"https://{HOST}", ISSUER),
        ("address-with-slash", f"https://{HOST}/", ISSUER),
        ("address-upper-case", f"https://{HOST}/".upper(), ISSUER),
        ("fed-host", FED, f"https://{FED}"),
        ("fed-address", f"https://{FED}", f"https://{FED}"),
        ("fed-address-with-slash", f"https://{FED}/", f"https://{FED}"),
        ("fed-upper-case", FED.upper(), f"https://{FED}"),
        ("one-letter", "a", "https://a.cloudflareaccess.com"),
        ("digits", "123", "https://123.cloudflareaccess.com"),
        ("hyphens", "a--b-c", "https://a--b-c.cloudflareaccess.com"),
        ("longest", longest, f"https://{longest}.cloudflareaccess.com"),
        ("longest-host", f"{longest}.cloudflareaccess.com", f"https://{longest}.cloudflareaccess.com"),
        ("punycode", "xn--bcher-kva", "https://xn--bcher-kva.cloudflareaccess.com"),
    ]
    return [
        fine(f"team-{name}", "team", "a team, spelled in one of its ways", config(team=team), issuer)
        for name, team, issuer in teams
    ]


def _wrong_team() -> list[Configuration]:
    teams = {
        "empty": "",
        "space": " ",
        "space-before": " acme",
        "space-after": "acme ",
        "space-inside": "ac me",
        "line-feed": "acme\n",
        "tab": "\tacme",
        "nul": "acme\0",
        "nul-and-more": "acme\0.evil.example",
        "hyphen-first": "-acme",
        "hyphen-last": "acme-",
        "hyphen-alone": "-",
        "hyphen-last-in-host": "acme-.cloudflareaccess.com",
        "too-long": "a" * 64,
        "too-long-host": "a" * 64 + ".cloudflareaccess.com",
        "much-too-long": "a" * 5000,
        "underscore": "ac_me",
        "dot-after": "acme.",
        "dot-before": ".acme",
        "two-labels": "acme.example",
        "star": "*",
        "host-dot-after": HOST + ".",
        "host-slash": HOST + "/",
        "host-port": HOST + ":443",
        "host-path": HOST + "/cdn-cgi/access/certs",
        "name-slash": "acme/",
        "http": f"http://{HOST}",
        "http-slash": f"http://{HOST}/",
        "address-of-name": "https://acme",
        "address-of-name-slash": "https://acme/",
        "two-slashes": f"https://{HOST}//",
        "three-slashes": f"https:///{HOST}",
        "no-scheme": f"//{HOST}",
        "one-slash-scheme": f"https:/{HOST}",
        "scheme-alone": "https://",
        "scheme-twice": f"https://https://{HOST}",
        "other-scheme": f"wss://{HOST}",
        "path": f"https://{HOST}/cdn-cgi/access/certs",
        "port": f"https://{HOST}:443",
        "port-slash": f"https://{HOST}:443/",
        "user": f"https://user@{HOST}",
        "user-for-host": f"https://{HOST}@evil.example",
        "query": f"https://{HOST}?x",
        "fragment": f"https://{HOST}/#x",
        "percent": "acme%2Ecloudflareaccess%2Ecom",
        "backslash": f"https:\\\\{HOST}",
        "other-domain": "acme.example.com",
        "domain-longer": f"{HOST}.evil.example",
        "domain-joined": "acmecloudflareaccess.com",
        "two-labels-in-domain": f"x.{HOST}",
        "domain-dot-only": ".cloudflareaccess.com",
        "fed-dot-only": ".fed.cloudflareaccess.com",
        "fed-of-two-labels": f"x.{FED}",
        "fed-name": "acme.fed",
        "fed-twice": "acme.fed.fed.cloudflareaccess.com",
        "double-dot": "acme..cloudflareaccess.com",
        "look-alike": "\u0430cme",
        "accent": "acmé",
        "kelvin-sign": "ac\u212ae",
        "long-s": "\u017facme",
        "full-width": "\uff41\uff43\uff4d\uff45",
        "full-width-dot": "acme\u3002cloudflareaccess\u3002com",
        "zero-width-space": "acme\u200b",
        "no-break-space": "acme\u00a0",
        "byte-order-mark": "\ufeffacme",
        "comma": "acme,other",
        "quoted": '"acme"',
    }
    return [
        wrong(f"team-wrong-{name}", "team", "no team, and nothing is guessed", config(team=team))
        for name, team in teams.items()
    ]
