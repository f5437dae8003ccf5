"""Where a local Access may be: on this computer, in one spelling for each of two addresses."""

from __future__ import annotations

from vector import Address

TEAM = "cfaccess-local"
GOOD = "http://127.0.0.1:8780"


def vectors() -> list[Address]:
    return [*_accepted(), *_host(), *_port(), *_around(), *_teams()]


def _accepted() -> list[Address]:
    urls = {
        "ipv4": GOOD,
        "ipv6": "http://[::1]:8780",
        "ipv4-slash": GOOD + "/",
        "ipv6-slash": "http://[::1]:8780/",
        "port-1": "http://127.0.0.1:1",
        "port-80": "http://127.0.0.1:80",
        "port-443": "http://[::1]:443",
        "port-65535": "http://127.0.0.1:65535",
    }
    return [
        Address(f"accepted-{name}", "local/address", "an address of this computer", TEAM, url, "OK")
        for name, url in urls.items()
    ]


def refused(name: str, about: str, url: str) -> Address:
    return Address(f"refused-{name}", "local/address", about, TEAM, url, "INVALID_CONFIG")


def _host() -> list[Address]:
    hosts = {
        "localhost": "localhost",
        "localhost-upper-case": "LOCALHOST",
        "localhost-dot": "localhost.",
        "localhost-domain": "localhost.localdomain",
        "name-below-localhost": "app.localhost",
        "ipv4-longer": "127.0.0.1.evil.test",
        "ipv4-dot": "127.0.0.1.",
        "ipv4-resolved-by-name": "127.0.0.1.nip.io",
        "ipv4-short": "127.1",
        "ipv4-three": "127.0.1",
        "ipv4-decimal": "2130706433",
        "ipv4-octal": "0177.0.0.1",
        "ipv4-octal-one-number": "017700000001",
        "ipv4-hex": "0x7f.0.0.1",
        "ipv4-hex-one-number": "0x7f000001",
        "ipv4-zeros": "127.000.000.001",
        "ipv4-other-loopback": "127.0.0.2",
        "ipv4-unspecified": "0.0.0.0",
        "ipv4-zero": "0",
        "ipv4-private": "192.168.0.1",
        "ipv4-link-local": "169.254.169.254",
        "ipv4-public": "203.0.113.7",
        "ipv4-bracketed": "[127.0.0.1]",
        "ipv4-percent": "127%2E0%2E0%2E1",
        "ipv4-full-width": "\uff11\uff12\uff17.0.0.1",
        "ipv4-ideographic-dot": "127\u30020\u30020\u30021",
        "ipv6-bare": "::1",
        "ipv6-long": "[0:0:0:0:0:0:0:1]",
        "ipv6-zeros": "[::0001]",
        "ipv6-unspecified": "[::]",
        "ipv6-mapped": "[::ffff:127.0.0.1]",
        "ipv6-compatible": "[::127.0.0.1]",
        "ipv6-zone": "[::1%25lo]",
        "ipv6-other": "[::2]",
        "ipv6-link-local": "[fe80::1]",
        "ipv6-open": "[::1",
        "name": "evil.test",
        "host-of-team": "cfaccess-local.cloudflareaccess.com",
        "user": "user@127.0.0.1",
        "user-and-password": "user:secret@127.0.0.1",
        "user-for-host": "127.0.0.1@evil.test",
        "empty": "",
        "space-before": " 127.0.0.1",
    }
    return [
        refused(f"host-{name}", "another host, or spelled otherwise", f"http://{host}:8780")
        for name, host in hosts.items()
    ]


def _port() -> list[Address]:
    ports = {
        "missing": "",
        "empty": ":",
        "zero": ":0",
        "zeros": ":00",
        "leading-zero": ":08780",
        "too-large": ":65536",
        "much-too-large": ":4294976076",
        "plus": ":+8780",
        "minus": ":-1",
        "hex": ":0x50",
        "name": ":http",
        "space-after": ":8780 ",
        "line-feed": ":8780\n",
        "two": ":80:8780",
        "arabic-digits": ":\u0668\u0667\u0668\u0660",
        "host-after": ":8780@evil.test",
        "host-after-at": ":@evil.test:8780",
    }
    return [refused(f"port-{name}", "no port", f"http://127.0.0.1{port}") for name, port in ports.items()]


def _around() -> list[Address]:
    urls = {
        "empty": "",
        "slash": "/",
        "https": "https://127.0.0.1:8780",
        "https-of-team": "https://cfaccess-local.cloudflareaccess.com",
        "scheme-upper-case": "HTTP://127.0.0.1:8780",
        "scheme-other": "ftp://127.0.0.1:8780",
        "scheme-file": "file:///etc/passwd",
        "scheme-missing": "127.0.0.1:8780",
        "scheme-relative": "//127.0.0.1:8780",
        "scheme-one-slash": "http:/127.0.0.1:8780",
        "scheme-three-slashes": "http:///127.0.0.1:8780",
        "scheme-backslashes": "http:\\\\127.0.0.1:8780",
        "scheme-twice": "http://http://127.0.0.1:8780",
        "two-slashes-after": GOOD + "//",
        "path": GOOD + "/cdn-cgi/access/certs",
        "dot": GOOD + "/.",
        "backslash-after": GOOD + "\\",
        "query": GOOD + "?x",
        "query-after-slash": GOOD + "/?x",
        "fragment": GOOD + "#x",
        "space-before": " " + GOOD,
        "space-after": GOOD + "/ ",
        "tab": "http://\t127.0.0.1:8780",
        "two": GOOD + "," + GOOD,
        "quoted": '"' + GOOD + '"',
        "nul": GOOD + "\0",
    }
    return [
        refused(name, "more, less or something else than such an address", url) for name, url in urls.items()
    ]


def _teams() -> list[Address]:
    def of_team(name: str, team: str, local: str | None, status: str, about: str) -> Address:
        return Address(f"team-{name}", "local/team", about, team, local, status)

    host = f"{TEAM}.cloudflareaccess.com"
    alone = "only the local team has such an address"
    return [
        of_team("spelled", host.upper(), GOOD, "OK", "a team has several spellings"),
        of_team("address", f"https://{host}/", GOOD, "OK", "a team has several spellings"),
        of_team("without-address", TEAM, None, "INVALID_CONFIG", "nothing says where the local Access is"),
        of_team("other", "acme", GOOD, "INVALID_CONFIG", alone),
        of_team("other-without", "acme", None, "OK", "a real team needs no address"),
        of_team("fed", f"{TEAM}.fed.cloudflareaccess.com", GOOD, "INVALID_CONFIG", alone),
        of_team("longer-name", f"{TEAM}-2", GOOD, "INVALID_CONFIG", alone),
    ]
