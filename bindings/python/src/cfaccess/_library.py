"""The shared library: where it is, whether its version fits, and the declarations of its functions.

A call that never waits holds the GIL (`PyDLL`): to release it for a few microseconds, and to queue for it
again next to a busy thread, costs hundreds of times the call. A call that may take longer, because it reads a
file or prepares keys, releases it (`CDLL`).
"""

from __future__ import annotations

import os
from ctypes import CDLL, PyDLL, c_uint32
from functools import partial
from typing import Any

from ._version import __version__


def _library_path() -> str:
    """The library named by `CFACCESS_LIBRARY`, or else the one that the wheel installed next to this file."""
    named = os.environ.get("CFACCESS_LIBRARY")
    if named:
        path, origin = named, "CFACCESS_LIBRARY"
        if not os.path.isabs(path):
            raise ImportError(f"cfaccess: CFACCESS_LIBRARY must be an absolute path, and is {named!r}")
    else:
        folder = os.path.dirname(os.path.realpath(__file__))
        path, origin = os.path.join(folder, "libcfaccess.so"), "in the package"
        parent = os.path.dirname(folder)
        if os.path.isfile(parent):
            raise ImportError(
                f"cfaccess: no shared library can be loaded from inside of {parent}; install the "
                "package in a folder, or name a library in CFACCESS_LIBRARY"
            )
    if not os.path.isfile(path):
        hint = "" if named else "; CFACCESS_LIBRARY, which could name another one, is not set"
        raise ImportError(f"cfaccess: the shared library is missing; tried {path} ({origin}){hint}")
    return path


def _load(kind: type[CDLL], path: str) -> Any:
    try:
        return kind(path)
    except OSError as error:
        # Of a library for another processor, glibc says that it does not exist.
        cause = _other_processor(path) or str(error)
        raise ImportError(
            f"cfaccess: the shared library cannot be loaded; tried {path}: {cause}; where no wheel fits, "
            "`pip install --no-binary=cfaccess cfaccess` builds one"
        ) from error


def _other_processor(path: str) -> str:
    """That the library is for another one, if its header says so."""
    with open(path, "rb") as file:
        head = file.read(20)
    machine = {62: "x86_64", 183: "aarch64"}.get(int.from_bytes(head[18:20], "little"))
    if head[:4] != b"\x7fELF" or machine in (None, os.uname().machine):
        return ""
    return f"it is made for {machine}, and this machine is {os.uname().machine}"


def check_version(library: int, package: str) -> None:
    """Refuses a library with another ABI than this package's: another major version (another minor version
    while the major is 0), or a version older than the package."""
    major, minor, patch = map(int, package.split("."))
    wanted = (major << 16) | (minor << 8) | patch
    breaking = 8 if major == 0 else 16
    if library < wanted or library >> breaking != wanted >> breaking:
        found = f"{library >> 16}.{library >> 8 & 255}.{library & 255}"
        raise ImportError(f"cfaccess: version {package} cannot use {LIBRARY_PATH}, which is version {found}")


LIBRARY_PATH = _library_path()
_holding = _load(PyDLL, LIBRARY_PATH)
_releasing = _load(CDLL, LIBRARY_PATH)

DECLARED: dict[str, Any] = {}
"""Every function of the header, by its name."""


def _declare(library: Any, result: Any, name: str, *arguments: Any) -> Any:
    try:
        function = getattr(library, name)
    except AttributeError:
        found = f"{LIBRARY_PATH} has no function {name}"
        raise ImportError(f"cfaccess: {found}; it is not version {__version__}") from None
    function.restype = result
    function.argtypes = arguments
    DECLARED[name] = function
    return function


holding_gil, releasing_gil = partial(_declare, _holding), partial(_declare, _releasing)

check_version(holding_gil(c_uint32, "cfaccess_version_number")(), __version__)
