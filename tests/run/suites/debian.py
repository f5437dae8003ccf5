"""What is installed for C programs, and the Debian packages."""

from ..suite import Suite

ALL: list[Suite] = []
