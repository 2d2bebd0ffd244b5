#!/bin/sh
# fuzz.sh -- libFuzzer on every target of tests/fuzz/, with two planted faults that it must find.
# SPDX-License-Identifier: MIT
#
# Builds once with clang, then gives each target 10 seconds, as many at a time as there are CPUs.
# FAULTS_TIMES=N: N times as long, an hour at most.  FUZZ_TARGETS="csv npy": these alone.
# FUZZ_BUILD=FOLDER: where to build and to leave the corpora that grow; else both are removed.
. "${srcdir:-.}/tests/tap.sh"

times=${FAULTS_TIMES:-1}
[ "$times" -gt 0 ] 2>/dev/null || times=1
seconds=$((10 * times))
[ "$seconds" -le 3600 ] || seconds=3600
cpus=$(nproc 2>/dev/null || echo 2)

if ! have clang || ! echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
    clang -xc -fsanitize=fuzzer,address,undefined -o fuzzes - 2>err; then
    skip "each target is fuzzed" "no clang that links libFuzzer (apt install clang)"
    finish
fi

# configure takes no folder with a space in its name, as $work has one.
tree=${FUZZ_BUILD:-}
if [ -z "$tree" ]; then
    tree=$(mktemp -d "${TMPDIR:-/tmp}/longhand-fuzz-XXXXXX") || exit 99
    trap 'cd /; rm -rf "$work" "$tree"' EXIT
fi
make=${MAKE:-make}
built() {
    mkdir -p "$tree" && cd "$tree" || return 1
    [ -f Makefile ] || "$source/configure" -q CC=clang CFLAGS='-O1 -gline-tables-only -w' \
        --enable-fuzzing || return 1
    env -u MAKEFLAGS -u MAKELEVEL "$make" -j"$cpus" tests/fuzz/fuzz
}
(built) >built.log 2>&1
built=$?
result $built "the targets are built by clang with the sanitizers"
if [ $built -ne 0 ]; then
    tail -n 30 built.log | sed 's/^/# /'
    finish
fi

# What HDF5 loses is HDF5's: what is ours is counted by the targets themselves.
ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1:quarantine_size_mb=16
UBSAN_OPTIONS=print_stacktrace=1
TMPDIR=$work
export ASAN_OPTIONS UBSAN_OPTIONS TMPDIR

# fuzz NAME MOST SECONDS SEEDS [FLAGS...]: what libFuzzer says stands in NAME.log, its exit code in
# NAME.code.
fuzz() {
    name=$1 most=$2 most_time=$3 seeds=$4
    shift 4
    ln -sf "$tree/tests/fuzz/fuzz" "$name"
    mkdir -p "$tree/corpus/$name"
    "./$name" -max_total_time="$most_time" -max_len="$most" -timeout=10 -rss_limit_mb=2048 \
        -malloc_limit_mb=1000 -print_final_stats=1 -artifact_prefix="$name-" "$@" \
        "$tree/corpus/$name" "$seeds" >"$name.log" 2>&1
    echo $? >"$name.code"
}

# number NAME PATTERN: the last number behind it in what was said.
number() { sed -n "s/.*$2 *\\([0-9]*\\).*/\\1/p" "$1.log" | tail -n 1; }

# One of each kind, in a reader of shapes that believes what it reads.
mkdir plain
echo '[5, 3]' >plain/shape
for fault in overflow leak; do
    fuzz "planted_$fault" 32 60 plain
    case $fault in overflow) wanted=heap-buffer-overflow ;; *) wanted='detected memory leaks' ;; esac
    ran=$(sed -n 's/^#\([0-9]*\).*/\1/p' "planted_$fault.log" | tail -n 1)
    ok "a planted $fault is found, after $ran runs" grep -q "$wanted" "planted_$fault.log"
done

targets=$(sed -n 's/^FUZZ(\([a-z0-9]*\), *\([0-9]*\), *\([0-9]*\), *\([0-9]*\)).*/\1:\2:\3:\4/p' \
    "$source/tests/fuzz/targets.def")
ok "there are targets ($(echo "$targets" | wc -l))" test "$(echo "$targets" | wc -l)" -ge 17

running=0
for target in $targets; do
    IFS=: read -r name most runs edges <<END
$target
END
    [ -z "${FUZZ_TARGETS:-}" ] || case " $FUZZ_TARGETS " in *" $name "*) ;; *) continue ;; esac
    leaks=1
    case $name in h5* | checkpoint) leaks=0 ;; esac
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=$leaks \
        fuzz "$name" "$most" "$seconds" "$source/tests/fuzz/corpus/$name" -detect_leaks=$leaks &
    running=$((running + 1))
    [ $((running % cpus)) -ne 0 ] || wait
done
wait

all=0
for target in $targets; do
    IFS=: read -r name most runs edges <<END
$target
END
    [ -f "$name.code" ] || continue
    ran=$(number "$name" 'stat::number_of_executed_units:')
    seen=$(number "$name" 'DONE *cov:')
    all=$((all + ${ran:-0}))
    [ "$(cat "$name.code")" -eq 0 ]
    clean=$?
    result $clean "$name: nothing found in ${ran:-0} runs, ${seen:-0} edges, $seconds s"
    [ $clean -eq 0 ] || grep -v '^#[0-9]' "$name.log" | cut -c1-200 | tail -n 60 | sed 's/^/# /'
    [ $clean -ne 0 ] || ok "$name: $runs runs and $edges edges at least" \
        test "${ran:-0}" -ge "$runs" -a "${seen:-0}" -ge "$edges"
done
echo "# $all runs of $running targets, $seconds s each"
finish
