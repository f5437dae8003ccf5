#!/usr/bin/env bash
# Fuzzes for SECONDS each the targets named, or all of them: tools/fuzz.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
cargo_fuzz_version=0.13.2
seconds=$1
shift

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "missing: a nightly Rust toolchain, which cargo-fuzz needs (rustup toolchain install nightly)" >&2
    exit 1
fi
export PATH="$PWD/target/tools/bin:$PATH"
command -v cargo-fuzz >/dev/null ||
    cargo install --quiet --locked --root target/tools --version $cargo_fuzz_version cargo-fuzz

[ $# -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list)
for target in "${@:-${targets[@]}}"; do
    echo "== $target, $seconds s"
    # New inputs go to the first folder; the committed corpus is only read.
    mkdir -p "target/fuzz/$target"
    cargo +nightly fuzz run "$target" "target/fuzz/$target" "fuzz/corpus/$target" -- \
        -dict=fuzz/dictionary.txt -max_len=20000 -max_total_time="$seconds" -print_final_stats=1
done
