#!/usr/bin/env bash
# Runs clang-format on the C and C++ sources: -i formats them, --dry-run -Werror checks them.
set -euo pipefail
cd "$(dirname "$0")/.."

find benches bindings examples tests -name node_modules -prune -o \
    \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 target/venv/bin/clang-format "$@"
