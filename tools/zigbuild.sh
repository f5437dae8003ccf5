#!/usr/bin/env bash
# zigbuild.sh: builds libcfaccess.so and libcfaccess.a for glibc 2.17, the oldest that Rust supports, with zig, which
# has every glibc: target/zig/x86_64-unknown-linux-gnu/release/. Nothing in them names a folder of this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo_home=${CARGO_HOME:-$HOME/.cargo}
separator=$'\x1f'
export CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$cargo_home=/cargo$separator--remap-path-prefix=$PWD=/cfaccess"
export CFLAGS="-ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$PWD=/cfaccess"
# cargo looks for its command zigbuild in the path, and that for ziglang in the Python of the path.
export PATH=$PWD/target/packages-venv/bin:$PATH
exec cargo zigbuild --release --locked --target=x86_64-unknown-linux-gnu.2.17 --target-dir=target/zig
