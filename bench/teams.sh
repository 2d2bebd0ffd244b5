#!/bin/sh
# teams.sh -- what the default number of threads costs beside --threads=1 and --threads=N, on an
# idle machine and with busy loops beside it.
# SPDX-License-Identifier: MIT
# usage: sh bench/teams.sh PROGRAM [ROUNDS [BUSY...]]     `make teams TEAMS="9 0 2"` calls it: minutes
set -u
program=$1 rounds=${2:-9} cpus=$(nproc) limit=10
if [ $# -gt 2 ]; then shift 2; else set -- 0 "$cpus"; fi
work=$(mktemp -d "${TMPDIR:-/tmp}/longhand-teams-XXXXXX") || exit 73
loops=
trap 'kill $loops 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Rows of 784 numbers whose label hangs on the first of them.
awk 'BEGIN {
    srand(1)
    for (j = 0; j < 784; j++) printf "x%d,", j
    print "y"
    for (i = 0; i < 1300; i++) {
        for (j = 0; j < 784; j++) { x = rand(); if (j == 0) y = x > 0.5; printf "%.3f,", x }
        print y
    }
}' >"$work/wide.csv"

median() { sort -n "$1" | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

# contest NAME OPTION...: the three in turn, so that a machine that changes does so for all.
contest() {
    name=$1
    shift
    rm -f "$work"/one "$work"/all "$work"/default
    i=0
    while [ $i -lt "$rounds" ]; do
        "$program" --quiet --progress=none --threads=1 "$@" >>"$work/one" || exit 1
        # A forced team may take as long as it likes on CPUs that others use.
        timeout "$limit" "$program" --quiet --progress=none --threads="$cpus" "$@" \
            >>"$work/all" || echo "$limit" >>"$work/all"
        "$program" --quiet --progress=none "$@" >>"$work/default" || exit 1
        i=$((i + 1))
    done
    echo "$name $(median "$work/one") $(median "$work/all") $(median "$work/default")" |
        awk '{ best = $2 < $3 ? $2 : $3
               printf "%-16s %9.3f %9.3f %9.3f      %.2f\n", $1, $2, $3, $4, $4 / best }'
}

running=0
for load; do
    while [ $running -lt "$load" ]; do
        # It ends with this script, however that ends.
        sh -c 'while kill -0 "$1"; do n=0; while [ $n -lt 100000 ]; do n=$((n + 1)); done; done' \
            loop $$ 2>/dev/null &
        loops="$loops $!"
        running=$((running + 1))
    done
    echo "$load busy loops, $rounds rounds, medians in seconds (load $(cut -d' ' -f1 /proc/loadavg))"
    printf '%-16s %9s %9s %9s      %s\n' network 1 "$cpus" default "default / better"
    contest 30,16,8,1 --hidden=16,8 --batch=32 --epochs=6000
    contest 30,256,128,1 --hidden=256,128 --batch=64 --epochs=400
    contest 784,256,128,1 --hidden=256,128 --batch=128 --epochs=60 --data="$work/wide.csv"
done
