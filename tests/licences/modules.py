"""The modules that the packages of every go.mod of the repository use, their tests and tools included."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .findings import ROOT, Findings, all_named

MODULE = (
    "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}\t{{with .Replace}}{{.Path}}{{end}}{{end}}{{end}}"
)

# Modules name their licence by its text alone. Each phrase is found in permissive licences only.
PHRASES = (
    "Permission is hereby granted, free of charge, to any person",
    "Redistribution and use in source and binary forms",
    "Permission to use, copy, modify, and/or distribute this software",
    "Apache License Version 2.0",
)

# Traefik is built with these forks, as its go.mod says; whoever uses its packages has to say so again.
FORKS = {
    "github.com/abbot/go-http-auth": "github.com/containous/go-http-auth",
    "github.com/gorilla/mux": "github.com/containous/mux",
}


def check() -> list[Findings]:
    return [check_folder(module.parent) for module in all_named("go.mod")]


def check_folder(folder: Path) -> Findings:
    findings = Findings(f"modules of {(folder / 'go.mod').relative_to(ROOT)}")
    command = ["go", "list", "-deps", "-test", "-tags=cfaccess_dev", "-f", MODULE, "./...", "tool"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        findings.faults.append(result.stderr.strip().splitlines()[0])
        return findings

    for line in sorted({line for line in result.stdout.splitlines() if line}):
        module, directory, replacement = line.split("\t")
        findings.dependencies += 1
        is_fork = bool(replacement) and FORKS.get(module) == replacement
        if replacement and not replacement.startswith(".") and not is_fork:
            findings.faults.append(f"{module} is replaced by {replacement}")
        if (is_fork or not replacement) and not permissive(Path(directory)):
            findings.faults.append(f"{module} stands under no licence that is known here")
    return findings


def permissive(module: Path) -> bool:
    files = [*module.glob("LICEN[CS]E*"), *module.glob("COPYING*")]
    texts = [" ".join(file.read_text(errors="replace").split()) for file in files]
    return any(phrase in text for phrase in PHRASES for text in texts)
