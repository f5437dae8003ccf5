"""What is measured: locations of the same nginx, and of one that does not load the module."""

from __future__ import annotations

from dataclasses import dataclass

STATIC, PROXIED = "a static file", "proxy_pass"
PLAIN, FORWARD_AUTH = "plain", "forward_auth"


@dataclass(frozen=True)
class Row:
    name: str
    about: str
    directives: str
    """Of its location. `{email}` is where a proxied one says which e-mail the application gets."""

    def is_plain(self) -> bool:
        """Measured without the module; every other row is compared with it."""
        return self.name == PLAIN

    def location(self, kind: str) -> str:
        return f"/{self.name}_{'static' if kind == STATIC else 'proxied'}/page.html"


ROWS = (
    Row(PLAIN, "plain nginx, without the module", ""),
    Row("loaded", "the module is loaded and not used", ""),
    Row("known", "the module, known token", "cfaccess on; cfaccess_forward_email off;"),
    Row("email", "the same, e-mail inserted", "cfaccess on; cfaccess_forward_email on;"),
    Row("cold", "the module, nothing remembered", "cfaccess on; cfaccess_cache_entries 0;"),
    Row("auth_request", "`auth_request` to `return 204`", "auth_request /allowed;"),
    Row(
        FORWARD_AUTH,
        "`auth_request` to `cfaccess forward-auth`",
        "auth_request /verified;\n"
        "auth_request_set $email $upstream_http_cf_access_authenticated_user_email;\n"
        "proxy_set_header Cf-Access-Authenticated-User-Email $email;",
    ),
)
KINDS = (STATIC, PROXIED)
GOAL = 0.95
"""Of plain nginx, for a known token."""
GOAL_ROWS = ("known", "email")
