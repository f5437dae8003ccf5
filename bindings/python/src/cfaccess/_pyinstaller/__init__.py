"""Tells PyInstaller where the hook of this package is (its entry point `pyinstaller40`)."""

from __future__ import annotations

import os


def hook_folders() -> list[str]:
    """The folders of hooks: this one."""
    return [os.path.dirname(__file__)]
