#!/usr/bin/env bash
# Pins each requirements.in of the tests, with hashes and for all Pythons from 3.9 on, in its requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
uv_version=0.13.9

"${PYTHON:-python3}" -m venv target/uv-venv
target/uv-venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
# Without --upgrade, uv keeps the versions that are pinned.
for requirements in tests/requirements tests/packages/requirements; do
    UV_CUSTOM_COMPILE_COMMAND="make requirements" target/uv-venv/bin/uv pip compile --quiet --upgrade \
        --universal --python-version 3.9 --generate-hashes --no-annotate \
        --default-index https://pypi.org/simple --no-emit-index-url \
        --output-file $requirements.txt $requirements.in
done
