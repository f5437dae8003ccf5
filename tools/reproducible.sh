#!/usr/bin/env bash
# Builds the Debian packages again, where nothing is built yet: other folders for sources, crates and results, another
# umask, time zone and language. Every file has to have the same bytes as in target/debian/.
set -euo pipefail
cd "$(dirname "$0")/.."
again=$PWD/target/reproducible
crates=${CARGO_HOME:-$HOME/.cargo}

tools/debian.sh target/debian
rm -rf "$again"
mkdir -p "$again/home of crates" "$again/sources"
ln -s "$crates/registry" "$again/home of crates/registry"
tar --create --exclude-vcs --exclude=./target --exclude=./fuzz/target . | tar --extract --directory="$again/sources"
(
    umask 077
    export CARGO_HOME="$again/home of crates" CARGO_TARGET_DIR=$again/built TZ=Asia/Kathmandu LC_ALL=C.UTF-8
    tools/with_cargo_c.sh "$again/sources/tools/debian.sh" "$again/packages"
)

status=0
for package in target/debian/*.deb; do
    if cmp "$package" "$again/packages/$(basename "$package")"; then
        sha256sum "$package"
    else
        status=1
    fi
done
rm -rf "$again/built"
exit $status
