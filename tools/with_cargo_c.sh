#!/usr/bin/env bash
# with_cargo_c.sh COMMAND...: runs a command with cargo-c in PATH: the machine's, or the one of tools/cargo_c.sh, which
# is fetched if need be.
set -euo pipefail
root=$(realpath "$(dirname "$0")/..")

if ! "$root/tools/require.sh" cargo-c 2>/dev/null; then
    "$root/tools/cargo_c.sh"
    export PATH=$root/target/tools/cargo-c/bin:$PATH
fi
exec "$@"
