"""The Go module as go get obtains it."""

from ..suite import Suite

ALL: list[Suite] = []
