#!/usr/bin/env bash
# Puts cargo-c into target/tools/cargo-c/bin, for the tests: to build it takes longer than all else that they build.
# It is Debian's, with the libraries that it needs, and so runs on any Linux of this architecture. apt checks the
# signatures; pinned packages would vanish with each update of Debian. What prevents it is said in one line.
set -uo pipefail
cd "$(dirname "$0")/.."
release=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
folder=$PWD/target/tools/cargo-c

give_up() {
    echo "cargo-c (cargo install cargo-c --locked): $1" >&2
    exit 1
}

"$folder/bin/cargo-cinstall" --version >/dev/null 2>&1 && exit
for tool in apt-get dpkg-deb; do
    command -v $tool >/dev/null || give_up "tools/cargo_c.sh needs $tool"
done
[ -e $keyring ] || give_up "tools/cargo_c.sh needs the package debian-archive-keyring"

mkdir -p target/tools
scratch=$(mktemp -d "$PWD/target/tools/cargo-c.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{state/lists,cache/archives}/partial "$scratch"/{tree,new/bin,new/lib}
: >"$scratch/status"
cat >"$scratch/debian.sources" <<END
Types: deb
URIs: http://deb.debian.org/debian
Suites: $release
Components: main
Signed-By: $keyring
Targets: Packages
END
# Nothing of the machine's own apt takes part.
cat >"$scratch/apt.conf" <<END
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::sourcelist "$scratch/debian.sources";
Dir::State "$scratch/state";
Dir::State::status "$scratch/status";
Dir::Cache "$scratch/cache";
Acquire::http::Timeout "20";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Debug::NoLocking "true";
END
export APT_CONFIG=$scratch/apt.conf
timeout 300 apt-get update -qq --error-on=any 2>"$scratch/errors" ||
    give_up "Debian's $release could not be read: $(head -n 1 "$scratch/errors")"
timeout 300 apt-get install -qq --yes --download-only cargo-c >/dev/null 2>"$scratch/errors" ||
    give_up "Debian's could not be fetched: $(head -n 1 "$scratch/errors")"

for package in "$scratch"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$scratch/tree" || give_up "$(basename "$package") could not be unpacked"
done
cp "$scratch"/tree/usr/bin/cargo-cinstall "$scratch/new/lib/"
cp -d "$scratch"/tree/usr/lib/*-linux-*/*.so* "$scratch/new/lib/"
# The loader is run by name, since this machine's may be older.
cat >"$scratch/new/bin/cargo-cinstall" <<'END'
#!/bin/sh
lib=$(dirname "$0")/../lib
exec "$lib"/ld-linux-*.so.* --library-path "$lib" "$lib/cargo-cinstall" "$@"
END
chmod +x "$scratch/new/bin/cargo-cinstall"
"$scratch/new/bin/cargo-cinstall" --version >/dev/null || give_up "Debian's does not run on this machine"
rm -rf "$folder"
mv "$scratch/new" "$folder"
