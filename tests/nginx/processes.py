"""What the kernel says about processes."""

from __future__ import annotations

from pathlib import Path


def children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def is_running(process: int) -> bool:
    """A dead child that its parent has not seen yet counts as gone."""
    try:
        return _status(process, "State")[0] != "Z"
    except FileNotFoundError:
        return False


def title(process: int) -> str:
    """Such as `nginx: worker process`."""
    return Path(f"/proc/{process}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode()


def memory(process: int) -> int:
    """What is resident of it, in KiB."""
    return int(_status(process, "VmRSS")[0])


def threads(process: int) -> int:
    return int(_status(process, "Threads")[0])


def user(process: int) -> int:
    """The effective one."""
    return int(_status(process, "Uid")[1])


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def maps(process: int, name: str) -> bool:
    """Whether a file with this in its path is mapped."""
    return name in Path(f"/proc/{process}/maps").read_text()


def _status(process: int, name: str) -> list[str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(f"{name}:"))
