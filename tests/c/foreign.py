"""The preprocessed header is read by the FFI of other languages, and claims come to them as JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from checks import Checks
from toolchain import BUILD, ROOT, SOURCES, C

# What each language runs, and the Debian package that has it.
LANGUAGES = {"luajit": ("foreign.lua", "luajit"), "php": ("foreign.php", "php-cli")}


def check(checks: Checks, release: Path, vectors: Path) -> None:
    document = json.loads((vectors / "tokens.json").read_text())
    vector = next(vector for vector in document["vectors"] if vector["name"] == "custom")
    declarations = preprocessed()
    (audience,) = document["defaults"]["config"]["audiences"]
    arguments = [
        str(path) for path in (declarations, release.resolve(), vectors / document["defaults"]["keys"])
    ]
    arguments += [
        document["defaults"]["config"]["team"],
        audience,
        vector["token"],
        str(document["defaults"]["now"]),
    ]

    for language, (script, package) in LANGUAGES.items():
        name = f"foreign/{language}"
        if shutil.which(language) is None:
            checks.skipped(name, package)
            continue
        command = [language, str(SOURCES / script), *arguments]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            checks.failed(name, f"ended with status {outcome.returncode}", outcome.stdout + outcome.stderr)
            continue
        claims = json.loads(outcome.stdout)
        checks.equal(f"{name}/claims", {key: claims[key] for key in vector["claims"]}, vector["claims"])


def preprocessed() -> Path:
    """The header as these readers need it, without directives and comments."""
    path = BUILD / "declarations.h"
    source = "#include <stddef.h>\n#include <stdint.h>\n#include <cfaccess.h>\n"
    command = [C, "-E", "-P", "-I", str(ROOT / "include"), "-x", "c", "-"]
    outcome = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    path.write_text(outcome.stdout)
    return path
