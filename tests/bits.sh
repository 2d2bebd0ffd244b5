#!/bin/sh
# bits.sh -- trains in several builds, teams and instruction sets, and compares the checkpoints.
#   sh tests/bits.sh [SOURCE [WORK]]
# Builds gcc -O0, -O2, -O3 and clang -O2 (where it is installed with OpenMP) out of tree.  A file
# that differs from the first of its setting is a failure; so are fewer files than expected.
set -u
LC_ALL=C
export LC_ALL
source=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 99
made=
work=${2:-}
[ -n "$work" ] || made=$(mktemp -d) && work=${work:-$made}
mkdir -p "$work" || exit 99
passed=0 failed=0 compared=0

for variable in $(env | sed -n 's/^\(LONGHAND_[A-Z0-9_]*\)=.*/\1/p') OMP_NUM_THREADS; do
    unset "$variable"
done

verdict()
{
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok - bits: $2"
    else
        failed=$((failed + 1))
        echo "not ok - bits: $2"
    fi
}

# build NAME CC CFLAGS
build()
{
    mkdir -p "$work/$1" && (
        cd "$work/$1" && "$source/configure" -q CC="$2" CFLAGS="$3" &&
            make -s -j2 longhand experiments/notes
    ) >"$work/$1.log" 2>&1
    status=$?
    [ $status -eq 0 ] || tail -5 "$work/$1.log" | sed 's/^/# /'
    verdict $status "$1 builds"
    [ $status -eq 0 ] && builds="$builds $1"
}

# compare FILE SETTING: with the first file of the setting; a missing one differs.
compare()
{
    compared=$((compared + 1))
    [ -f "$work/first-$2" ] || cp "$1" "$work/first-$2" 2>/dev/null
    if ! cmp -s "$1" "$work/first-$2"; then
        differing=$((differing + 1))
        echo "# $1 differs"
    fi
}

common="--reproducible --plot=none --progress=none --quiet"

# each BUILD: every setting with every team and instruction set.
each()
{
    name=$1 differing=0
    program=$work/$name/longhand
    for setting in page momentum double wide; do
        case $setting in
            page) words="--epochs=20" ;;
            momentum) words="--epochs=10 --momentum=0.9 --rate=0.02" ;;
            double) words="--epochs=10 --type=f64" ;;
            wide) words="--epochs=3 --hidden=70,40 --batch=300" ;;
        esac
        for team in 1 2 3 4 7 8; do
            for isa in portable avx2 avx512; do
                # The settings are words to be split.
                # shellcheck disable=SC2086
                "$program" train --data=wdbc --check=0 $common $words --threads=$team --isa=$isa \
                    --out="$work/out" >"$work/said" 2>&1 || {
                    grep -q 'no such instructions' "$work/said" && continue
                    differing=$((differing + 1))
                    sed 's/^/# /' "$work/said"
                }
                compare "$work/out/model.h5" $setting
                rm -f "$work/out/model.h5"
            done
            OMP_NUM_THREADS=$team "$program" train --data=wdbc --check=0 $common $words \
                --out="$work/out" >/dev/null 2>&1
            compare "$work/out/model.h5" $setting
            rm -f "$work/out/model.h5"
        done
    done
    for team in 1 2 7; do
        "$work/$name/experiments/notes" $common --epochs=5 --threads=$team --out="$work/out" \
            >"$work/said" 2>&1
        compare "$work/out/notes.h5" notes
        rm -f "$work/out/notes.h5"
    done
    [ $differing -eq 0 ]
    verdict $? "$name: every file has the same bits"
}

[ -x "$source/configure" ] || (cd "$source" && ./bootstrap) >"$work/bootstrap.log" 2>&1
builds=
build gcc-O0 gcc -O0
build gcc-O2 gcc -O2
build gcc-O3 gcc -O3
if echo 'int main(void) { return 0; }' >"$work/probe.c" &&
    clang -fopenmp -o "$work/probe" "$work/probe.c" 2>/dev/null; then
    build clang-O2 clang -O2
else
    echo "# clang with OpenMP is not installed: passed over"
fi
for name in $builds; do
    each "$name"
done
echo "# $compared files compared"
# Four settings, six teams, at least the portable code and the one chosen, and the notes.
set -- $builds
[ "$compared" -ge $(($# * (4 * 6 * 2 + 3))) ] && [ $# -ge 3 ]
verdict $? "enough files were compared"
[ -z "$made" ] || rm -rf "$made"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
