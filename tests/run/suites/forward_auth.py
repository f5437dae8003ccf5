"""The forward-auth server, behind real proxies."""

from ..suite import Suite

ALL: list[Suite] = []
