#!/usr/bin/env bash
# debian.sh OUT: builds the Debian packages in a copy of the sources, with what was built in target/ before, and leaves
# them in the folder OUT. packaging/debian/README.source says what they are made of.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(realpath "$1")
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

with_cargo_c=$PWD/tools/with_cargo_c.sh

# Times are kept, lest cargo build everything again.
tree=$out/cfaccess-$version
rm -rf "$tree" "$out"/*.deb "$out"/*.changes "$out"/*.buildinfo
mkdir "$tree"
tar --create --exclude-vcs --exclude=./target --exclude=./fuzz/target --exclude=node_modules --exclude=__pycache__ . |
    tar --extract --directory="$tree"
mv "$tree/packaging/debian" "$tree/debian"

cd "$tree"
"$with_cargo_c" dpkg-buildpackage --build=binary --unsigned-changes --no-pre-clean
