#!/usr/bin/env bash
# Prints a line for each toolchain that is missing or too old: tools/require.sh rust cargo-c c python go node
set -uo pipefail
cd "$(dirname "$0")/.."

rust_floor=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
python_floor=3.9
go_floor=1.24

status=0
missing() {
    echo "missing: $1" >&2
    status=1
}

# at_least FLOOR VERSION
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# version_of COMMAND...: the first version number in its output
version_of() {
    "$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1
}

need() {
    local name=$1 floor=$2 found=$3 where=$4
    if [ -z "$found" ]; then
        missing "$name $floor or newer ($where)"
    elif ! at_least "$floor" "$found"; then
        missing "$name $floor or newer, found $found ($where)"
    fi
}

for toolchain in "$@"; do
    case $toolchain in
        rust)
            need rustc "$rust_floor" "$(version_of rustc --version)" https://rustup.rs
            [ -n "$(version_of cargo --version)" ] || missing "cargo (https://rustup.rs)"
            ;;
        cargo-c)
            floor=$(sed -n 's/^min_version = "\(.*\)"/\1/p' Cargo.toml)
            need cargo-c "$floor" "$(version_of cargo cinstall --version)" "cargo install cargo-c --locked"
            ;;
        c)
            command -v "${CC:-cc}" >/dev/null ||
                missing "a C compiler, ${CC:-cc} (Debian: apt-get install gcc)"
            ;;
        python)
            python=${PYTHON:-python3}
            need "$python" "$python_floor" "$(version_of "$python" --version)" https://www.python.org
            ;;
        go) need go "$go_floor" "$(version_of go version)" https://go.dev/dl ;;
        node)
            need node 20 "$(version_of node --version)" https://nodejs.org
            command -v npm >/dev/null || missing "npm (https://nodejs.org)"
            ;;
        *) missing "a toolchain called $toolchain: rust, cargo-c, c, python, go and node are known" ;;
    esac
done
exit $status
