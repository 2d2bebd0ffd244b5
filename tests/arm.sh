#!/bin/sh
# arm.sh -- the kernels for AArch64, under qemu: equal to their definitions and to this machine.
# SPDX-License-Identifier: MIT
# usage: sh tests/arm.sh     half a minute, not in make check; needs gcc for AArch64 and qemu-user
srcdir=${srcdir:-$(dirname "$0")/..}
. "$srcdir/tests/tap.sh"

arm_cc=${ARM_CC:-aarch64-linux-gnu-gcc}
qemu=
for name in qemu-aarch64 qemu-aarch64-static; do
    if [ -z "$qemu" ] && have "$name"; then
        qemu=$name
    fi
done

# The flags that fix the bits, from where configure has them.
exact=$(sed -n 's/^.*LH_CFLAGS="\$LH_CFLAGS .*\(-ffp-contract=off [^"]*\)"$/\1/p' "$source/m4/longhand.m4")

# compile_kernels TREE FOLDER TYPE COMPILER FLAG...: the test program of a type, with all kernels
# but variant.c, which wants every variant of an x86.
compile_kernels() {
    tree=$1 folder=$2 type=$3 compiler=$4
    shift 4
    mkdir -p "$folder" || return 1
    # Word splitting of $exact is wanted.
    # shellcheck disable=SC2086
    set -- "$@" -std=gnu11 -O2 -ftree-vectorize $exact -Wall -Wextra -Werror -Wno-unknown-pragmas \
        -I"$tree" -I"$tree/include" -DLHI_TYPE="$type" -DLHI_VARIANT="f$type"
    for file in "$tree"/framework/kernels/*.c "$tree/tests/unit/math_arrays.c" \
        "$tree/tests/arm_kernels.c"; do
        case $file in
        */variant.c) continue ;;
        esac
        $compiler "$@" -c -o "$folder/$(basename "$file" .c).o" "$file" || return 1
    done
    $compiler "$@" -o "$folder/test" "$folder"/*.o -lm
}

arm() { compile_kernels "$source" "arm$1" "$1" "$arm_cc" -static; }
here() { compile_kernels "$source" "here$1" "$1" "$CC"; }

# The lines of the program for AArch64 of a tree whose R_FMA rounds twice.
unfused() {
    plant "$work/planted" && sed 's/^\(#define R_FMA(a, b, c)\) *__builtin_fmaf*(.*/\1 ((a) * (b) + (c))/' \
        "$source/include/longhand/op/real.h" >"$work/planted/include/longhand/op/real.h" &&
        compile_kernels "$work/planted" planted32 32 "$arm_cc" -static || return 1
    "$qemu" planted32/test >planted.txt 2>planted.err
    [ "$(wc -l <planted.txt)" -eq 10 ]
}
same_line() { [ "$(grep " $1 " "$2")" = "$(grep " $1 " "$3")" ]; }

# An empty program tells whether this compiler, its library and qemu are there.
echo 'int main(void) { return 7; }' >empty.c
if ! have "$arm_cc"; then
    skip "the kernels on AArch64" "no $arm_cc (apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross)"
    finish
elif ! "$arm_cc" -static -o empty empty.c >out 2>&1; then
    skip "the kernels on AArch64" "$arm_cc links no program (apt install libc6-dev-arm64-cross)"
    finish
elif [ -z "$qemu" ]; then
    skip "the kernels on AArch64" "no qemu-aarch64 (apt install qemu-user)"
    finish
fi
run "$qemu" ./empty
exits "$qemu runs a program for AArch64" 7
ok "the flags that fix the bits are known" test -n "$exact"

for type in 32 64; do
    ok "f$type: the kernels compile for AArch64 without a warning" arm $type
    ok "f$type: and for this machine" here $type
    run "$qemu" "arm$type/test"
    exits "f$type: on AArch64 products and sums have the bits of plain loops" 0
    cp out "arm$type.txt"
    run "here$type/test"
    exits "f$type: on this machine, too" 0
    cp out "here$type.txt"
    sed 's/^/# /' "arm$type.txt"
    is "f$type: lines that were printed" "$(wc -l <"arm$type.txt" | tr -d ' ')" 10
    ok "f$type: both machines have the same digests" diff "here$type.txt" "arm$type.txt"
done

# Other arithmetic must not pass.
ok "kernels without a fused multiply-add compile, too, and run" unfused
for name in exp log log1p sigmoid tanh erf; do
    ok "without it $name has another digest" not same_line "$name" here32.txt planted.txt
done
ok "and products differ from the plain loops" not grep -E 'compared .* 0 wrong' planted.txt
finish
