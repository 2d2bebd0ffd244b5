#!/bin/sh
# bench.sh -- longhand bench: its table, its JSON, and other programs that behave badly.
. "${srcdir:-.}/tests/tap.sh"

python=
for one in python3 /usr/bin/python3; do
    if [ -z "$python" ] && have "$one" && "$one" -c 'import json' 2>/dev/null; then
        python=$one
    fi
done

# holds SENTENCE FILE EXPRESSION: of the JSON, which is called r.
holds() {
    if [ -n "$python" ]; then
        ok "$1" "$python" -c 'import json, sys
r = json.load(open(sys.argv[1]))
assert eval("(" + sys.argv[2] + ")"), sys.argv[2]' "$2" "$3"
    else
        skip "$1" "no python3"
    fi
}

refuses() { # SENTENCE TEXT ARGUMENTS...
    about=$1 text=$2
    shift 2
    run "$longhand" bench --quick --peers=none "$@"
    exits "$about is a usage error" 2
    says "$about is told so" err "$text"
    is "$about leaves standard output empty" "$(cat out)" ""
}
refuses "an unknown part" "all|probe|gemm|step|scaling" --only=nothing
refuses "a misspelt option" "did you mean --quick?" --quik
refuses "an argument" "'extra' was not expected" extra
refuses "no patience" "--patience=0" --patience=0
refuses "an empty name for the JSON" "a path is wanted" --json=
refuses "another type" "is computed in f32" --type=f64

# All of it, alone.
run "$longhand" bench --quick --peers=none --threads=2 --progress=plain --json=all.json \
    --out=figures
exits "all of it is measured" 0
ok "the cost of the tape and of the order are told" grep \
    "the tape takes [0-9.]* of the step by hand, which takes [0-9.]* of one in free order" out
for word in "Fused multiply-adds" "Bandwidth" "C = A B in f32" "Training step in f32"; do
    says "the table has: $word" out "$word"
done
never_says "the table tells nothing of other programs" out "Other programs"
says "progress is on standard error" err "measurement"
holds "the JSON has all keys" all.json "set(r) == {'longhand', 'cpu', 'isa', 'threads', 'samples',
    'sample_seconds', 'quick', 'stopped', 'peak', 'bandwidth', 'gemm', 'steps', 'acts', 'peers'}"
holds "peaks are positive, in order and on both numbers of threads" all.json \
    "all(0 < p['gflops_low'] <= p['gflops'] <= p['gflops_high'] <= p['gflops_best']
    for p in r['peak']) and {p['threads'] for p in r['peak']} == {1, 2}"
holds "the instruction set in use is among them, in both types" all.json \
    "{p['type'] for p in r['peak'] if p['isa'] == r['isa']} == {'f32', 'f64'}"
holds "bandwidths are positive" all.json "len(r['bandwidth']) >= 12 and
    all(b['gbytes_per_second'] > 0 and b['bytes'] > 0 for b in r['bandwidth'])"
holds "products have times, rates and a checksum" all.json "len(r['gemm']) >= 4 and
    all(x['who'] == 'longhand' and 0 < x['least'] <= x['low'] <= x['seconds'] <= x['high'] and
    x['gflops'] > 0 and x['of_peak'] > 0 and x['agrees'] and x['samples'] == r['samples']
    for g in r['gemm'] for x in g['results'])"
holds "rates are operations over seconds" all.json "all(abs(x['gflops'] * x['seconds'] * 1e9 -
    2 * g['m'] * g['n'] * g['k']) < 1 for g in r['gemm'] for x in g['results'])"
holds "steps are on one thread and on two, with equal losses" all.json \
    "[s['threads'] for s in r['steps']] == [1, 2] * (len(r['steps']) // 2) and
    all(a['results'][0]['loss'] == b['results'][0]['loss'] > 0 and
    a['results'][0]['rows_per_second'] > 0 for a, b in zip(r['steps'][::2], r['steps'][1::2]))"
holds "acts are what the roofline has" all.json "len(r['acts']) >= len(r['gemm']) + 14 and
    all(a['flops'] > 0 and a['bytes'] > 0 and a['seconds'] > 0 for a in r['acts'])"
for figure in scaling roofline; do
    ok "the script of $figure is kept" test -s "figures/$figure.gp"
    if have gnuplot; then
        ok "gnuplot has drawn $figure.png" test -s "figures/$figure.png"
    else
        skip "gnuplot has drawn $figure.png" "no gnuplot"
    fi
done

# A part of it.
run "$longhand" bench --quick --peers=none --only=step --isa=portable --progress=none \
    --json=step.json
exits "a part is measured" 0
never_says "and the others are not" out "C = A B"
is "--progress=none is silent" "$(cat err)" ""
holds "only steps on one thread are in the JSON" step.json "r['gemm'] == r['bandwidth'] == [] and
    {s['threads'] for s in r['steps']} == {1} and r['isa'] == 'portable'"
run "$longhand" bench --quick --peers=none --only=step --progress=none --json=no/such/folder.json
exits "a place that cannot be written is an error" 74
says "which names it" err "no/such/folder.json"
run "$longhand" bench --only=ranks
exits "ranks are not measured in one process" 2
says "which is told with what to do" err "mpirun -n 2 longhand bench --only=ranks"
run "$longhand" bench --dry-run
exits "--dry-run succeeds" 0
is "and measures nothing" "$(cat out)" ""

# Other programs.  Each folder has a `peer` that behaves in its own way.
peer() { # FOLDER, its lines on standard input
    mkdir -p "$1" && { echo '#!/bin/sh'; cat; } >"$1/peer" && chmod +x "$1/peer"
}
beside() { # FOLDER OPTIONS...
    folder=$1
    shift
    run "$longhand" bench --quick --only=step --threads=1 --progress=none --peers="$work/$folder" \
        --json="$folder.json" "$@"
    exits "$folder: what others do is no error of ours" 0
    says "$folder: our step is measured" out "longhand "
}
beside gone
says "a folder without programs is told, with what to do" out "is not there: make bench"
peer absent <<'END'
echo "absent lib$1 is not installed (apt install lib$1)"
END
beside absent
says "an absent library has its reason" out "libblis is not installed (apt install libblis)"
is "and is told once" "$(grep -c 'libopenblas is not installed' out)" 1
peer garbage <<'END'
printf 'hello\t\033[31m there\n'
END
beside garbage
says "nonsense is told" out 'answered with nonsense: "hello  [31m there"'
peer endless <<'END'
exec tr '\0' 'x' </dev/zero
END
beside endless
says "a line that does not end is told" out "a line that does not end"
peer dies <<'END'
echo "ready It 1.0"
read -r line
exit 3
END
beside dies
says "an end without an answer is told, with the exit code" out \
    "ended without an answer (exit code 3)"
peer killed <<'END'
echo "ready It 1.0"
read -r line
kill -s KILL $$
END
beside killed
says "and so is a signal" out "(ended by signal 9)"
peer mute <<'END'
exit 0
END
beside mute
says "so is one that never was ready" out "ended without an answer"
peer hangs <<'END'
[ "$1" = blis ] || { echo "absent it is another"; exit 0; }
echo "ready It 1.0"
read -r line
exec sleep 60
END
beside hangs --patience=0.3
says "a hanging one is ended after --patience" out "gave no answer in 0.3 s and was ended"
peer refuses <<'END'
echo "ready It 1.0"
while read -r line; do echo "absent it has none"; done
END
beside refuses
never_says "what a library has not got makes no row" out "^  BLIS  *1  "
holds "but is in the JSON" refuses.json "all(x['trouble'] == 'it has none'
    for s in r['steps'] for x in s['results'] if x['who'] not in ('longhand', 'by hand', 'free order'))"
peer wrong <<'END'
echo "ready It 1.0"
while read -r line; do echo "0.01 0.5"; done
END
beside wrong
says "wrong results are told" out "computes wrong results here: 0.5 where"
says "and counted" out "WRONG RESULTS"
holds "and marked in the JSON" wrong.json "all(not x['agrees']
    for s in r['steps'] for x in s['results'] if x['who'] not in ('longhand', 'by hand', 'free order'))"
peer without_a_check <<'END'
echo "ready It 1.0"
while read -r line; do echo "0.01 -"; done
END
beside without_a_check
says "a time without a check is shown as such" out "another loss: not compared"

# The real one, whatever libraries there are: all that answer agree with ours.
if [ -x "$build/bench/peers/peer" ]; then
    run "$longhand" bench --quick --only=gemm --threads=1 --progress=none \
        --peers="$build/bench/peers" --json=real.json
    exits "the programs of the build are asked" 0
    holds "each has a version or a reason" real.json \
        "r['peers'] and all(p['version'] or p['trouble'] for p in r['peers'])"
    says "they are listed" out "Other programs"
    run "$build/bench/peers/peer"
    says "a peer without an argument says what it takes" out "absent peer openblas|blis"
fi
finish
