"""Backends of a project: subclasses of ours."""

from __future__ import annotations

from cfaccess.django.auth import AccessBackend


class Known(AccessBackend):
    """Makes no users."""

    create_unknown_user = False


class Plain(AccessBackend):
    """Names without a slash."""

    def clean_username(self, username: str) -> str:
        return username.replace("/", "+")
