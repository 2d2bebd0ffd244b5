#!/bin/sh
# selftest.sh -- every kind of wrong rule in every op and network; docs/mutants.md is what it prints.
# SPDX-License-Identifier: MIT
# usage: sh tests/selftest.sh [SRC] [WORK] [BUILD]     minutes of all cores, not in make check
#        sh tests/selftest.sh SRC WORK BUILD write     puts what it prints into docs/mutants.md

set -u
unset OMP_NUM_THREADS OMP_THREAD_LIMIT SLURM_CPUS_PER_TASK
src=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 1
work=${2:-.}
build=${3:-.}
page=$src/docs/mutants.md
. "$src/tests/stage.sh"

"$build/longhand" check --self-test >"$work/matrix"
report $? "every op is broken in every way, and what is promised is noticed"
networks=$(sed -n 's/.* ops and \([0-9]*\) networks.*/\1/p' "$work/matrix")
[ "${networks:-0}" -ge 100 ]
report $? "there are ${networks:-no} networks"

if [ "${4-}" = write ]; then
    awk -v matrix="$work/matrix" '
        /^```/ && !inside { print; inside = 1; while ((getline line <matrix) > 0) print line; next }
        /^```/ { inside = 0 }
        !inside' "$page" >"$work/page" && cat "$work/page" >"$page"
fi
# The digits of the matrix are those of a wide type with 64 bits.
if [ "$(uname -m)" = x86_64 ]; then
    awk '/^```/ { inside = !inside; next } inside' "$page" | cmp -s - "$work/matrix"
    report $? "docs/mutants.md shows this matrix"
    mutants=$(sed -n 's/.*networks: \([0-9]* mutants, [0-9]* noticed\).*/\1/p' "$work/matrix")
    [ -n "$mutants" ] && grep -q "$mutants" "$src/README.md"
    report $? "README.md says $mutants"
fi
finish
