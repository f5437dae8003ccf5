#!/usr/bin/env bash
# without_paths.sh COMMAND...: runs a command of cargo so that what it builds names no folder of this machine, and the
# same sources give the same bytes anywhere. Panics say where they happened; for crates of the workspace cargo gives a
# relative path, and for all others one below CARGO_HOME.
set -euo pipefail

# Each flag on its own, since folders may have blanks in their names.
flags=()
[ -z "${RUSTFLAGS:-}" ] || read -ra flags <<<"$RUSTFLAGS"
flags+=("--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates")
CARGO_ENCODED_RUSTFLAGS=$(
    IFS=$'\x1f'
    echo "${flags[*]}"
)
export CARGO_ENCODED_RUSTFLAGS
exec "$@"
