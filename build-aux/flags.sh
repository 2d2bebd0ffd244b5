#!/bin/sh
# flags.sh -- refuses flags that let a compiler choose the bits of a result.
# SPDX-License-Identifier: MIT
# usage: sh flags.sh COMPILER FLAG...     configure and make call it with all that the user gave

for flag in "$@"; do
    case $flag in
    -Ofast | -ffast-math | -funsafe-math-optimizations | -fassociative-math | -freciprocal-math | \
        -ffinite-math-only | -fno-signed-zeros | -fapprox-func | -fno-honor-nans | \
        -fno-honor-infinities | -ffp-model=fast* | -ffp-model=aggressive | -mrecip | -mrecip=*)
        why='the compiler calculates something else than what is written' ;;
    -ffp-contract=off) continue ;;
    -ffp-contract=*) why='a product and a sum are rounded once or twice, as it happens' ;;
    -mfpmath=sse | -mfpmath=neon) continue ;;
    -mfpmath=* | -mno-sse | -mno-sse2 | -ffp-eval-method=* | -mpc32 | -mpc64 | -msoft-float)
        why='operations are rounded to other types than their own' ;;
    -fsingle-precision-constant | -mlong-double-*) why='numbers have other types than they say' ;;
    -mdaz-ftz | -fdenormal-fp-math=*) why='numbers next to 0 become 0' ;;
    *) continue ;;
    esac
    echo "$flag: $why, and results are promised to the bit: take it out of the flags" >&2
    exit 1
done
