#!/bin/sh
# saving.sh -- results are not lost, and what stands at a place is left as its owner wants it.
. "${srcdir:-.}/tests/tap.sh"

OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY

quick='--check-rows=0 --plot=none --progress=none --epochs=2'
train() { run "$longhand" train $quick "$@"; }
# Not trained: it was told before the first epoch.
untrained() { never_says "$1" err '^longhand train: training in'; }
left_in() { find "$1" -name '*.lh-*' | wc -l | tr -d ' '; }

# What a killed run leaves.
mkdir run
echo part >run/model.h5.lh-0123456789abcdef.tmp
echo part >run/curves.png.lh-fedcba9876543210.tmp
echo other >run/model.h5.tmp
train --out=run
exits "a run goes on where another was killed" 0
says "what that had left is told" err "removed what a killed program had left: run/model.h5.lh-"
ok "and told before training" awk '/left/ { l = NR } /training in/ { t = NR } END { exit !(l && l < t) }' err
is "it is removed" "$(left_in run)" 0
ok "what is not ours stays" test -f run/model.h5.tmp

# Killed while it saves, as the one process of a container, again and again.
if unshare --pid --fork --kill-child --mount-proc true 2>/dev/null; then
    rm -rf box
    mkdir box
    kills=0 met=0
    while [ "$kills" -lt 12 ]; do
        unshare --pid --fork --kill-child --mount-proc "$longhand" train $quick --quiet --epochs=1 --batch=0 \
            --hidden=1500,1500 --threads=1 --out=box >out 2>err </dev/null &
        process=$!
        tries=0
        while [ "$(left_in box)" -le "$met" ] && [ "$tries" -lt 400 ] &&
            kill -0 "$process" 2>/dev/null; do
            sleep 0.005
            tries=$((tries + 1))
        done
        kill -9 "$process"
        wait "$process" 2>/dev/null
        [ "$(left_in box)" -gt 0 ] && met=$(left_in box)
        kills=$((kills + 1))
        [ "$met" -gt 0 ] && [ "$kills" -ge 4 ] && break
    done
    run unshare --pid --fork --mount-proc "$longhand" train $quick --out=box
    exits "after $kills kills of process 1, with $met files left, it trains and saves" 0
    ok "there is a checkpoint" test -s box/model.h5
    is "and nothing is left" "$(left_in box)" 0
else
    skip "killed as process 1, started again" "no rights to make a namespace of processes"
fi

# Places that cannot be written are told before the first epoch.
train --out=/proc/self
exits "a folder that cannot be written to: 74" 74
untrained "and nothing was trained"
mkdir -p full/model.h5
train --out=full
exits "a folder in the place of the checkpoint: 74" 74
says "it is said" err "full/model.h5 cannot be written: Is a directory"
mkdir small
(
    ulimit -f 64
    train --hidden=300,300 --out=small
    echo "$code" >code
)
is "no room for the checkpoint: 74" "$(cat code)" 74
says "the limit is named" err "ulimit -f"
is "nothing is left of the trial" "$(find small -type f | wc -l | tr -d ' ')" 0

# What fails later loses nothing else.
mkdir -p partly/history.csv
train --out=partly
exits "a history that cannot be written: 74" 74
for file in model.h5 history.jsonl; do
    ok "$file is there all the same" test -s "partly/$file"
done
says "it is told" err "partly/history.csv"
run "$longhand" check --ledger=/nonexistent/a.csv,there.csv
exits "a ledger that cannot be written: 74" 74
ok "the next one is written" test -s there.csv

# What stands there.
mkdir there place
: >there/real.h5
chmod 640 there/real.h5
ln -s ../there/real.h5 place/model.h5
train --out=place
exits "a checkpoint through a link" 0
ok "the link stays" test -h place/model.h5
ok "its target is the checkpoint" "$longhand" inspect there/real.h5
is "with the mode that it had" "$(ls -l there/real.h5 | cut -c1-10)" "-rw-r-----"
mkfifo pipe.csv
cat pipe.csv >through &
reader=$!
run "$longhand" check --ledger=pipe.csv
wait "$reader"
exits "a ledger into a pipe" 0
ok "it arrived" grep -q '^gradient,rows' through
ok "the pipe stays" test -p pipe.csv
run "$longhand" derive --out=/dev/stdout --format=text
exits "a derivation to /dev/stdout" 0
says "it arrived" out "Z1"

# Standard output that takes nothing, and one that nobody reads.
if [ -c /dev/full ]; then
    for verb in "--help" "--version" "help train" "info" "ops" "ops sigmoid" "train --help" \
        "inspect run/model.h5" "eval run/model.h5" "derive" "check" "train $quick --out=run" \
        "train --dry-run" "plot run/model.h5 --plot=none --help"; do
        code=0
        "$longhand" $verb >/dev/full 2>err </dev/null || code=$?
        exits "$verb to a full disk: 74" 74
        says "$verb: it is said" err "standard output"
    done
    for driver in notes saturation vcurve; do
        code=0
        "$build/experiments/$driver" --help >/dev/full 2>err || code=$?
        exits "$driver to a full disk: 74" 74
    done
else
    skip "standard output that is full" "no /dev/full"
fi
rm -rf closed
{
    "$longhand" train $quick --check-rows=4 --out=closed 2>err
    echo $? >code
} </dev/null | :
is "a closed pipe: 74" "$(cat code)" 74
says "it is said" err "standard output"
for file in model.h5 history.csv history.jsonl; do
    ok "$file was saved first" test -s "closed/$file"
done

# Ignored before: a background job, and nohup.
for signal in INT HUP; do
    rm -f err
    (
        trap '' "$signal"
        exec "$longhand" train --check-rows=0 --plot=none --progress=bar --epochs=1000000 \
            --out=ignoring >out 2>err </dev/null
    ) &
    process=$!
    tries=0
    while ! grep -q epoch err 2>/dev/null && [ "$tries" -lt 600 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill -"$signal" "$process"
    sleep 0.3
    ok "SIG$signal that was ignored stays ignored" kill -0 "$process"
    kill -TERM "$process"
    code=0
    wait "$process" || code=$?
    exits "SIGTERM stops it" 75
    ok "with a checkpoint" test -s ignoring/model.h5
done
finish
