#!/usr/bin/env bash
# localize.sh ARCHIVE OUT: links a static libcfaccess.a into one object in which only the functions of the C ABI are
# visible. Otherwise a second static library of Rust in the same program defines the same symbols of Rust's run time,
# and a second copy of aws-lc those that have no prefix (mldsa_*, sha3_*). What no function needs is left out.
set -euo pipefail
archive=$1 out=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Every name that is called or declared. nm would trip over the bitcode of the standard library where LLVM's plugin
# for binutils is installed.
header=$(dirname "$0")/../include/cfaccess.h
grep -oE '\bcfaccess_[a-z0-9_]+\(' "$header" | tr -d '(' | sort -u >"$scratch/exported"

# Groups are dissolved: one that two libraries have in common would be taken from this one, where its name is hidden.
mapfile -t roots < <(sed 's/^/--undefined=/' "$scratch/exported")
"${LD:-ld}" --relocatable --force-group-allocation --gc-sections "${roots[@]}" "$archive" -o "$scratch/cfaccess.o"
# Bitcode serves only the compiler that made it.
"${OBJCOPY:-objcopy}" --keep-global-symbols="$scratch/exported" --strip-unneeded \
    --remove-section=.llvmbc --remove-section=.llvmcmd "$scratch/cfaccess.o"
rm -f "$scratch/libcfaccess.a"
"${AR:-ar}" rcsD "$scratch/libcfaccess.a" "$scratch/cfaccess.o"
install -m 644 "$scratch/libcfaccess.a" "$out"
