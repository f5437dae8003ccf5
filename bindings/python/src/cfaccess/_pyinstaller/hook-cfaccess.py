"""The shared library, which PyInstaller cannot find by itself, since the package loads it by its path."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = collect_dynamic_libs("cfaccess")
