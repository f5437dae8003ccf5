#!/usr/bin/env bash
# Brings Debian's symbols file up to date with tests/abi: a function keeps the version in which it first appeared, and a
# new one gets today's.
set -euo pipefail
cd "$(dirname "$0")/.."
file=packaging/debian/libcfaccess0.1.symbols
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

recorded=$(cat "$file" 2>/dev/null || true)
{
    echo "libcfaccess.so.${version%.*} libcfaccess${version%.*} #MINVER#"
    echo "* Build-Depends-Package: libcfaccess-dev"
    while read -r name; do
        grep -F " $name@Base " <<<"$recorded" || echo " $name@Base $version"
    done <tests/abi/symbols.txt
} >"$file"
