"""What `make test-packages` runs: the homes of the library, each installed and used as its users do."""

from . import debian, forward_auth, languages, nginx, wheel
from .project import PACKAGES_PREPARATION

PACKAGES = [
    *PACKAGES_PREPARATION,
    *nginx.ALL,
    *forward_auth.ALL,
    *debian.ALL,
    *wheel.ALL,
    *languages.ALL,
]
