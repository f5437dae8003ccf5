"""What depends on nothing but names, so that it can be committed: the same as `cfaccess local` derives."""

from __future__ import annotations

import hashlib
import uuid

TEAM = "cfaccess-local"
HOST = f"{TEAM}.cloudflareaccess.com"
ISSUER = f"https://{HOST}"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, HOST)


def audience_of(application: str) -> str:
    """The AUD tag of an application, unless its configuration says another."""
    return hashlib.sha256(f"{TEAM}/{application}".encode()).hexdigest()


def stable_id(kind: str, name: str) -> str:
    """A UUID that belongs to a name."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


def client_id_of(service: str) -> str:
    """The Client ID of a service token."""
    return f"{uuid.UUID(stable_id('service_token', service)).hex}.access"
