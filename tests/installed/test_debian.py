"""The Debian packages: what is in them, and what a machine is like on which they are installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .machine import Machine
from .packages import Packages
from .places import ROOT, SERIES, SONAME, VERSION, attempt, run

LIBRARY, DEVELOPMENT, COMMAND = f"libcfaccess{SERIES}", "libcfaccess-dev", "cfaccess"
MODULE = "libnginx-mod-http-cfaccess"
FILES = ROOT / "tests" / "installed" / "files"
SYMBOLS = ROOT / "packaging" / "debian" / f"{LIBRARY}.symbols"
RECORDED = ROOT / "tests" / "abi" / "symbols.txt"

# The tests/c program that verifies tokens, as the README compiles it.
COMPILE = "cd /packages && cc app.c -o app $(pkg-config --cflags --libs cfaccess)"


def test_each_package_has_the_files_that_are_recorded(packages: Packages) -> None:
    recorded = {path.name: path.read_text().split() for path in FILES.iterdir()}

    found = {name: packages.files(name) for name in packages.names}

    assert found == recorded


def test_lintian_has_nothing_to_say(packages: Packages) -> None:
    outcome = attempt(["lintian", "--fail-on", "error,warning", "--show-overrides", packages.changes])

    assert outcome.returncode == 0, outcome.stdout


def test_every_override_of_lintian_is_explained() -> None:
    for overrides in (ROOT / "packaging" / "debian").glob("*.lintian-overrides"):
        lines = [line for line in overrides.read_text().splitlines() if line]
        for above, line in zip(["", *lines], lines):
            assert line.startswith("#") or above.startswith("#"), f"{overrides.name}: {line}"


def test_a_package_names_no_folder_of_the_build(packages: Packages, tmp_path: Path) -> None:
    for name in packages.names:
        run(["dpkg-deb", "--extract", packages.path(name), tmp_path / name])

    folders = [str(ROOT), str(Path.home() / ".cargo")]
    guilty = [
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if path.is_file() and any(folder.encode() in path.read_bytes() for folder in folders)
    ]
    assert guilty == []


def test_the_symbols_file_has_the_recorded_functions() -> None:
    lines = [line.split() for line in SYMBOLS.read_text().splitlines() if line.startswith(" ")]

    assert sorted(name for name, _ in lines) == sorted(
        f"{name}@Base" for name in RECORDED.read_text().split()
    )
    assert SYMBOLS.read_text().startswith(f"{SONAME} {LIBRARY} ")


@pytest.mark.parametrize("change", ["a function more", "a function less"])
def test_another_set_of_functions_fails_the_build(packages: Packages, tmp_path: Path, change: str) -> None:
    lines = SYMBOLS.read_text().splitlines(keepends=True)
    other = lines[:-1] if change == "a function more" else [*lines, f" cfaccess_gone@Base {VERSION}\n"]
    symbols = tmp_path / "symbols"
    symbols.write_text("".join(other))

    outcome = attempt(
        ["dpkg-gensymbols", f"-p{LIBRARY}", "-c4", f"-P{packages.staged(LIBRARY)}", f"-I{symbols}"]
    )
    unchanged = attempt(
        ["dpkg-gensymbols", f"-p{LIBRARY}", "-c4", f"-P{packages.staged(LIBRARY)}", f"-I{SYMBOLS}"]
    )

    assert outcome.returncode != 0
    assert unchanged.returncode == 0, unchanged.stderr


def test_a_program_depends_on_the_version_that_has_its_functions(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{LIBRARY}_*.deb /packages/{DEVELOPMENT}_*.deb >/dev/null
        {COMPILE}
        mkdir debian && printf 'Source: app\\n\\nPackage: app\\nArchitecture: any\\n' >debian/control
        dpkg-shlibdeps -O app
    """)

    assert re.search(rf"{re.escape(LIBRARY)} \(>= {re.escape(VERSION)}\)", told.text)


def test_a_c_program_uses_the_installed_library(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{LIBRARY}_*.deb /packages/{DEVELOPMENT}_*.deb >/dev/null
        {COMPILE}
        ldd app | grep cfaccess
        ./app
    """)

    assert re.search(rf"{re.escape(SONAME)} => /(usr/)?lib/[\w-]+/{re.escape(SONAME)} ", told.text)
    assert "PASS" in told.text
    assert "FAIL" not in told.text


def test_a_c_program_uses_the_installed_static_library(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{LIBRARY}_*.deb /packages/{DEVELOPMENT}_*.deb >/dev/null
        cd /packages
        cc app.c -o app $(pkg-config --static --cflags --libs cfaccess | sed s/-lcfaccess/-l:libcfaccess.a/)
        dpkg --purge {DEVELOPMENT} {LIBRARY} >/dev/null
        ./app
    """)

    assert "PASS" in told.text
    assert "FAIL" not in told.text


def test_cmake_finds_the_installed_library(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{LIBRARY}_*.deb /packages/{DEVELOPMENT}_*.deb >/dev/null
        cmake -S /packages/consumer -B /packages/build >/dev/null
        cmake --build /packages/build >/dev/null
        /packages/build/c_cfaccess
        /packages/build/cxx_static
    """)

    assert told.text.count(f"cfaccess {VERSION}: ") == 2


def test_the_command_is_there_with_its_pages_and_completions(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{COMMAND}_*.deb >/dev/null
        cfaccess --version
        man --where cfaccess cfaccess-revoke-user
        bash -ic '. /usr/share/bash-completion/completions/cfaccess; complete -p cfaccess' 2>/dev/null
        zsh -ic 'autoload -Uz compinit; compinit -u -D; echo zsh: $_comps[cfaccess]' 2>/dev/null
        fish -c 'complete --do-complete "cfaccess ver"'
    """)

    assert f"cfaccess {VERSION}" in told.text
    assert "/usr/share/man/man1/cfaccess.1.gz" in told.text
    assert "-F _cfaccess" in told.text
    assert "zsh: _cfaccess" in told.text
    assert re.search(r"^verify\b", told.text, re.MULTILINE)


def test_nginx_loads_the_module_until_it_is_removed(machine: Machine) -> None:
    told = machine.run(f"""
        dpkg -i /packages/{LIBRARY}_*.deb /packages/{MODULE}_*.deb >/dev/null
        cp /packages/guarded.conf /etc/nginx/conf.d/
        nginx -t 2>&1
        sed -i /cfaccess_audience/d /etc/nginx/conf.d/guarded.conf
        nginx -t 2>&1 && echo 'without an audience: allowed'
        rm /etc/nginx/conf.d/guarded.conf
        dpkg --remove {MODULE} >/dev/null
        nginx -t 2>&1
    """)

    assert told.text.count("test is successful") == 2
    assert "without an audience: allowed" not in told.text


def test_the_module_depends_on_this_build_of_nginx_and_this_library(packages: Packages) -> None:
    depends = run(["dpkg-deb", "--field", packages.path(MODULE), "Depends"])

    assert re.search(r"\bnginx-abi-[\d.]+-\d+\b", depends)
    assert f"{LIBRARY} (= {VERSION}-1)" in depends


def test_an_upgrade_replaces_every_package(machine: Machine) -> None:
    told = machine.run("""
        dpkg -i /packages/older/*.deb >/dev/null
        dpkg-query --show --showformat '${Version}\\n' $(cat /packages/names) | sort -u
        dpkg -i /packages/*.deb >/dev/null
        dpkg-query --show --showformat '${Version} ${db:Status-Status}\\n' $(cat /packages/names) | sort -u
        dpkg --verify $(cat /packages/names)
        cfaccess --version
    """)

    older, newer = f"{VERSION}-0", f"{VERSION}-1 installed"
    assert told.text.splitlines() == [older, newer, f"cfaccess {VERSION}"]


def test_a_purge_leaves_nothing(machine: Machine) -> None:
    told = machine.run("""
        dpkg -i /packages/older/*.deb >/dev/null
        dpkg -i /packages/*.deb >/dev/null
        dpkg --purge $(cat /packages/names) >/dev/null
    """)

    assert told.left == []
