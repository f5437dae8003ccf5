"""Which interpreter this is: the process may have several."""

from __future__ import annotations

from ._errors import InvalidConfig


def check_callbacks() -> None:
    """Refuses `fetch` and `log` in a sub-interpreter with a GIL of its own (PEP 684). ctypes would call them
    under the GIL of the main interpreter, which aborts the process
    (https://docs.python.org/3/c-api/init.html#non-python-created-threads)."""
    if has_own_gil():
        raise InvalidConfig("fetch and log cannot be used in a sub-interpreter that has a GIL of its own")


def has_own_gil() -> bool:
    """Whether this is such a sub-interpreter. Before Python 3.13, ctypes cannot be imported in one at all."""
    try:
        import _interpreters  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return False
    number = _interpreters.get_current()[0]
    if number == _interpreters.get_main()[0]:
        return False
    return bool(_interpreters.get_config(number).gil == "own")
