"""The endpoint that hands out a team's keys, on loopback with TLS, with every fault it may have."""

from .behaviour import FAULTS, Behaviour
from .certificates import Authority
from .log import Request
from .minting import key, token
from .server import Endpoint

__all__ = ["FAULTS", "Authority", "Behaviour", "Endpoint", "Request", "key", "token"]
