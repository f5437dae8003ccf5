"""From the settings of a framework to the arguments of `AccessMiddleware`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ._arguments import wrong_type
from ._errors import InvalidConfig
from ._guard import Guard
from ._keys import Keys
from ._verifier import Verifier

NAME = "CFACCESS"

_OF_VERIFIER = frozenset(inspect.signature(Verifier).parameters)
_OF_GUARD = frozenset(inspect.signature(Guard).parameters) - {"app"}


def guard_arguments(settings: Any) -> dict[str, Any]:
    """The arguments that the setting `CFACCESS` has, by their names in capitals. Without `KEYS` those of the
    team are fetched."""
    if settings is None:
        raise InvalidConfig(f"the setting {NAME} is missing")
    if not isinstance(settings, Mapping):
        raise wrong_type(NAME, "a mapping", settings)
    for_guard = _named(settings, _OF_GUARD)
    for_verifier = _named(settings, _OF_VERIFIER)
    unknown = settings.keys() - {name.upper() for name in _OF_GUARD | _OF_VERIFIER}
    if unknown:
        raise InvalidConfig(f"{NAME} has an entry that does not exist: {min(map(str, unknown))}")
    if for_guard.keys() & {"verifier", "routes"}:
        if for_verifier:
            surplus = min(for_verifier).upper()
            raise InvalidConfig(f"{NAME} has {surplus}, and VERIFIER or ROUTES, whose verifiers have it")
        return for_guard
    return {**for_guard, "verifier": _verifier(for_verifier)}


def _named(settings: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: settings[name.upper()] for name in names if name.upper() in settings}


def _verifier(arguments: dict[str, Any]) -> Verifier:
    for name in ("team", "audiences"):
        if name not in arguments:
            raise InvalidConfig(f"{NAME} has no {name.upper()}")
    if "keys" not in arguments:
        arguments["keys"] = Keys.remote(arguments["team"])
    return Verifier(**arguments)
