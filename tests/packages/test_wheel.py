"""The wheel that is uploaded: what is in it, where it runs, and what it says elsewhere."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import zipapp
import zipfile
from base64 import urlsafe_b64encode
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from packages.environment import ROOT, Environment, pythons
from packages.tokens import CERTS, EMAIL, PROGRAM, TOKEN

TOOLS = Path(sys.executable).parent
LIBRARY = "cfaccess/libcfaccess.so"
# The name is that which PyInstaller looks for.
UNIMPORTABLE = "W004: Module is not located at importable path:\n  cfaccess/_pyinstaller/hook-cfaccess.py"


def metadata(wheel: Path, file: str) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(f".dist-info/{file}"))
        return message_from_bytes(archive.read(name))


def said(*command: str | Path) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def library(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(LIBRARY, tmp_path_factory.mktemp("library")))


@pytest.fixture(scope="module", params=pythons())
def installed(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("installed") / "venv", request.param)
    environment.install(wheel)
    return environment


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("environment") / "venv")
    made.install(wheel)
    return made


def test_tag_is_that_of_an_old_glibc_and_of_every_python(wheel: Path) -> None:
    about = metadata(wheel, "WHEEL")

    assert wheel.name.endswith("-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl")
    assert about["Root-Is-Purelib"] == "false"
    assert set(about.get_all("Tag", [])) == {
        "py3-none-manylinux2014_x86_64",
        "py3-none-manylinux_2_17_x86_64",
    }


def test_library_needs_no_newer_glibc(library: Path) -> None:
    symbols = subprocess.run(["objdump", "-T", library], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([0-9.]+)", symbols)}

    assert (2, 2, 5) in versions
    assert max(versions) <= (2, 17)


def test_library_names_no_folder_of_this_machine(library: Path) -> None:
    content = library.read_bytes()

    assert str(ROOT).encode() not in content
    assert str(Path.home() / ".cargo").encode() not in content


def test_checks_of_the_index_pass(wheel: Path, sdist: Path) -> None:
    checked = subprocess.run(
        [TOOLS / "twine", "check", "--strict", wheel, sdist], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_contents_are_in_order(wheel: Path) -> None:
    assert said(TOOLS / "check-wheel-contents", wheel).strip() == f"{wheel}: {UNIMPORTABLE}"


def test_record_is_right(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        recorded = dict(line.split(",")[:2] for line in archive.read(name).decode().splitlines())
        files = {entry.filename for entry in archive.infolist() if not entry.is_dir()}

        assert set(recorded) == files
        for file in files - {name}:
            digest = urlsafe_b64encode(hashlib.sha256(archive.read(file)).digest()).rstrip(b"=").decode()
            assert recorded[file] == f"sha256={digest}"


def test_nothing_is_in_it_but_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]

    own = [name for name in names if not name.startswith("cfaccess-")]
    assert {Path(name).suffix for name in own} == {".py", ".so", ".typed"}
    assert all(name.startswith("cfaccess/") for name in own)


def test_licences_and_notices_go_along(wheel: Path) -> None:
    about = metadata(wheel, "METADATA")
    with zipfile.ZipFile(wheel) as archive:
        folder = f"cfaccess-{about['Version']}.dist-info/licenses"
        notices = archive.read(f"{folder}/NOTICES.txt").decode()

    assert about.get_all("License-File") == ["LICENSE-APACHE", "LICENSE-MIT", "NOTICES.txt"]
    assert "\nrustls " in notices
    assert "\nlibunwind of LLVM: " in notices


def test_links_of_the_readme_lead_somewhere_from_the_index(wheel: Path) -> None:
    text = str(metadata(wheel, "METADATA").get_payload())
    links = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r'(?:href|src)="([^"]+)"', text)

    assert links
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


@pytest.mark.parametrize(
    "platform", ["musllinux_1_2_x86_64", "manylinux_2_28_aarch64", "manylinux_2_12_x86_64"]
)
def test_pip_does_not_choose_it_elsewhere(wheel: Path, tmp_path: Path, platform: str) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--no-index", "--no-deps", "--only-binary=:all:"]
    common = [*pip, f"--find-links={wheel.parent}", f"--dest={tmp_path}", "cfaccess"]

    assert "No matching distribution found" in said(*common, f"--platform={platform}")
    assert "Successfully downloaded" in said(*common, "--platform=manylinux_2_17_x86_64")


def test_installed_wheel_verifies_a_token(installed: Environment) -> None:
    said = installed.output("-c", PROGRAM, CERTS, TOKEN)

    assert said == EMAIL


def test_installed_wheel_is_the_one_that_is_imported(installed: Environment) -> None:
    place = installed.output("-c", "import cfaccess; print(cfaccess.__file__)")

    assert Path(place).is_relative_to(installed.folder)


def test_import_takes_under_30_ms_of_an_idle_machine(installed: Environment) -> None:
    program = "import time; began = time.process_time(); import cfaccess; print(time.process_time() - began)"
    seconds = min(float(installed.output("-c", program)) for _ in range(20))

    # Other programs that use the processor's caches make it slower.
    assert seconds < 2 * 0.030


def test_import_loads_no_module_that_takes_long(installed: Environment) -> None:
    program = "import sys; before = set(sys.modules); import cfaccess; print(*set(sys.modules) - before)"
    loaded = set(installed.output("-I", "-c", program).split())

    assert not loaded & {"asyncio", "dataclasses", "inspect", "pathlib", "pickle", "ssl", "urllib.request"}
    assert len(loaded) < 100


def test_library_of_another_processor_is_called_so(environment: Environment, tmp_path: Path) -> None:
    assert_refused(
        environment, compiled(tmp_path, "aarch64-linux-gnu"), "it is made for aarch64, and this machine is"
    )


def test_library_of_musl_is_refused_in_a_sentence(environment: Environment, tmp_path: Path) -> None:
    assert_refused(environment, compiled(tmp_path, "x86_64-linux-musl"), "libc.so: ")


def test_library_that_needs_a_newer_glibc_is_refused_in_a_sentence(
    environment: Environment, library: Path, tmp_path: Path
) -> None:
    later = tmp_path / "libcfaccess.so"
    patched = library.read_bytes().replace(b"GLIBC_2.17\0", b"GLIBC_2.99\0")
    # The version is also found by the hash of its name.
    later.write_bytes(patched.replace(elf_hash("GLIBC_2.17"), elf_hash("GLIBC_2.99")))

    assert_refused(environment, later, "`GLIBC_2.99' not found")


def elf_hash(name: str) -> bytes:
    value = 0
    for letter in name.encode():
        value = (value << 4) + letter
        value = (value ^ ((value & 0xF0000000) >> 24)) & 0x0FFFFFFF
    return value.to_bytes(4, "little")


def compiled(folder: Path, target: str) -> Path:
    """A library for another platform, which needs its libc."""
    source, library = folder / "library.c", folder / "libcfaccess.so"
    source.write_text('#include <stdio.h>\nunsigned cfaccess_version_number(void) { return puts("") < 0; }\n')
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-shared", "-fPIC"]
    subprocess.run([*zig, source, "-o", library], check=True, capture_output=True)
    return library


def assert_refused(environment: Environment, library: Path, cause: str) -> None:
    ran = environment.run("-c", "import cfaccess", CFACCESS_LIBRARY=str(library))

    last = ran.stderr.splitlines()[-1]
    assert ran.returncode == 1
    assert last.startswith(f"ImportError: cfaccess: the shared library cannot be loaded; tried {library}: ")
    assert cause in last
    assert "pip install --no-binary=cfaccess cfaccess" in last


def test_zip_application_is_refused_in_a_sentence(
    environment: Environment, wheel: Path, tmp_path: Path
) -> None:
    application = zip_application(wheel, tmp_path)

    ran = environment.run("-I", application, CERTS, TOKEN)

    last = ran.stderr.splitlines()[-1]
    assert ran.returncode == 1
    assert last.startswith(
        f"ImportError: cfaccess: no shared library can be loaded from inside of {application}; "
    )


def test_zip_application_runs_with_a_named_library(
    environment: Environment, wheel: Path, library: Path, tmp_path: Path
) -> None:
    application = zip_application(wheel, tmp_path)

    said = environment.output(application, CERTS, TOKEN, CFACCESS_LIBRARY=str(library))

    assert said == EMAIL


def zip_application(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "content")
    (folder / "content" / "__main__.py").write_text(PROGRAM)
    zipapp.create_archive(folder / "content", folder / "application.pyz")
    return folder / "application.pyz"


def test_frozen_program_finds_its_library(environment: Environment, tmp_path: Path) -> None:
    pytest.importorskip("PyInstaller", reason="the Python package pyinstaller is missing")
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    site = Path(environment.output("-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
    (site / "tools.pth").write_text(sysconfig.get_path("purelib"))

    environment.output("-m", "PyInstaller", "--log-level=WARN", f"--distpath={tmp_path}", script)
    frozen = tmp_path / "program" / "program"
    ran = subprocess.run([frozen, CERTS, TOKEN], env={}, capture_output=True, text=True, check=False)

    assert ran.stdout.strip() == EMAIL, ran.stderr
