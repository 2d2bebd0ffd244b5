#!/bin/sh
# bits.sh -- equal runs give equal bytes: over compilers, optimisation, threads, instructions.
# SPDX-License-Identifier: MIT
# usage: sh tests/bits.sh [SRC] [WORK] [GCC] [CLANG]     builds several times; some minutes, not in
#        make check.  GCC and CLANG: trees that these have built with -O2, if they are there.

set -u
unset OMP_NUM_THREADS OMP_THREAD_LIMIT SLURM_CPUS_PER_TASK CFLAGS CC
src=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 1
if [ $# -ge 2 ]; then
    mkdir -p "$2" && work=$(cd "$2" && pwd) || exit 1
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/bits.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
fi
counts='1 2 3 4 7 8'
settings='plain f64 momentum wider adam lbfgs notes'
files=0 wanted=0 builds=0
. "$src/tests/stage.sh"

build() # FOLDER COMPILER FLAGS
{
    rm -rf "$1" && mkdir -p "$1" || return 1
    (cd "$1" && "$src/configure" CC="$2" CFLAGS="$3" &&
        make -j"$cpus" longhand experiments/notes) \
        >"$1.log" 2>&1
}

# Trains one network in the current folder; what is given more is added to the command.
train() # SETTING OUT [OPTION...]
{
    setting=$1 out=$2
    shift 2
    case $setting in
    f64) set -- --type=f64 "$@" ;;
    momentum) set -- --momentum=0.9 "$@" ;;
    adam) set -- --optimizer=adamw --schedule=cosine --warm-up=2 --accumulate=3 --clip-norm=1 "$@" ;;
    lbfgs) set -- --optimizer=lbfgs --rate=0.3 --batch=0 "$@" ;;
    # Several shards of the batch, and more than one tile of the products.
    wider) set -- --hidden=70,40 --batch=300 "$@" ;;
    esac
    set -- --reproducible --epochs=20 --plot=none --progress=none --out="$out" --data=wdbc "$@"
    case $setting in
    notes) ./experiments/notes "$@" ;;
    *) ./longhand train --check-rows=0 "$@" ;;
    esac >"$out.log" 2>&1
}

# The first checkpoint of a setting is the one that all others are compared with.
compare() # SETTING OUT HOW
{
    file=$2/model.h5
    [ "$1" = notes ] && file=$2/notes.h5
    first=$work/first.$1.h5
    if [ ! -s "$file" ]; then
        echo "# $1, $3: no checkpoint; $(tail -n 1 "$2.log")"
        bad=$((bad + 1))
    elif [ ! -e "$first" ]; then
        cp "$file" "$first"
    else
        files=$((files + 1)) here=$((here + 1))
        cmp -s "$first" "$file" || {
            echo "# $1, $3: $(cmp "$first" "$file" 2>&1)"
            bad=$((bad + 1))
        }
    fi
    rm -rf "$2"
}

# Random graphs and the page by teams of 1 to 16, every instruction set and two plans, or formulas:
# a test compares them with each other, and here its digests with those of the first build.
digests() # HOW WHAT DIGESTS PROGRAM [TESTS]
{
    how_made=$1 what=$2 lines=$3 program=$4
    shift 4
    if ! make -j"$cpus" "$program" >"$work/program.log" 2>&1; then
        echo "# $how_made: no CUnit, the $what are left out"
        return
    fi
    "$program" "$@" >"$work/program" 2>&1
    status=$?
    grep '^# digest' "$work/program" >"$work/digests"
    first=$work/first.$(basename "$program")
    [ -e "$first" ] || cp "$work/digests" "$first"
    [ $status -eq 0 ] && [ "$(wc -l <"$work/digests")" -eq "$lines" ] &&
        cmp -s "$work/digests" "$first"
    report $? "$how_made: $what in every way have the bits of the first build"
}

every_way() # SETTING
{
    for n in $counts; do
        train "$1" "$work/out" --threads="$n"
        compare "$1" "$work/out" "--threads=$n"
    done
    # What sets the number is decided in one place; two of them tell.
    for n in 2 7; do
        (OMP_NUM_THREADS=$n && export OMP_NUM_THREADS && train "$1" "$work/out")
        compare "$1" "$work/out" "OMP_NUM_THREADS=$n"
    done
    for isa in portable avx2 avx512; do
        train "$1" "$work/out" --isa="$isa"
        if grep -q 'no such instructions' "$work/out.log"; then
            echo "# $isa: not on this CPU"
            rm -rf "$work/out"
        else
            wanted=$((wanted + 1))
            compare "$1" "$work/out" "--isa=$isa"
        fi
    done
    wanted=$((wanted + 8))
}

rm -f "$work"/first.*
for how in 'gcc -O2' 'gcc -O0' 'gcc -O3' 'clang -O2'; do
    compiler=${how% *} flags=${how#* }
    if ! command -v "$compiler" >/dev/null 2>&1; then
        echo "# $how: there is no $compiler"
        continue
    fi
    folder=$work/$compiler$flags
    case $how in
    'gcc -O2') built=${3-} ;;
    'clang -O2') built=${4-} ;;
    *) built= ;;
    esac
    if [ -n "$built" ] && [ -x "$built/longhand" ]; then
        folder=$built
    elif ! build "$folder" "$compiler" "$flags"; then
        if grep -q 'Longhand needs OpenMP' "$folder.log"; then
            echo "# $how: $compiler has no OpenMP"
        else
            tail -n 5 "$folder.log" | sed 's/^/# /'
            report 1 "$how: builds"
        fi
        continue
    fi
    builds=$((builds + 1))
    cd "$folder" || exit 1
    for setting in $settings; do
        bad=0 here=0
        every_way "$setting"
        report "$bad" "$how, $setting: $here checkpoints have the bits of the first"
    done
    digests "$how" '41 graphs' 2 tests/unit/test_graphs
    digests "$how" '230 formulas' 1 tests/unit/test_formulas 'threads and'
    cd "$work" || exit 1
done

# One checkpoint of each setting is the one compared with.
set -- $settings
wanted=$((wanted - $#))
[ "$files" -ge "$wanted" ] && [ "$files" -ge 55 ] && [ "$builds" -ge 1 ]
report $? "$files checkpoints compared by $builds builds, at least $wanted"
echo "1..$number"
finish
