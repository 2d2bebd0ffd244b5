#!/bin/sh
# keeping.sh -- a run is saved while it goes on: killed anywhere, it goes on to the same bytes.
. "${srcdir:-.}/tests/tap.sh"

OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY
unset SLURM_RESTART_COUNT LSB_RESTART RESTARTED

train() { run "$longhand" train --check-rows=0 --plot=none --reproducible "$@"; }
files_of() { (cd "$1" && ls | tr '\n' ' '); }

# Begins a run in the background and kills it after some hundredths of a second; a run that has
# come to its end before that sets ended.
killed() { # HUNDREDTHS COMMAND...
    hundredths=$1
    shift
    "$@" >out 2>err </dev/null &
    process=$!
    sleep "$((hundredths / 100)).$((hundredths / 10 % 10))$((hundredths % 10))"
    kill -9 "$process" 2>/dev/null
    code=0
    wait "$process" 2>/dev/null || code=$?
    ended=$((code == 0))
}

moment() { # MOST: a random whole number below it
    echo $(($(od -An -N2 -tu2 /dev/urandom) % $1))
}

# Nothing that is saved on the way changes what comes out.
many=20000
train --epochs=$many --save-every=never --out=whole
exits "a run that is left alone ends" 0
is "it has one checkpoint" "$(files_of whole)" "history.csv history.jsonl model.h5 "
train --epochs=$many --save-every=5000steps --out=saved
ok "a run that is saved on the way ends with the same bytes" cmp whole/model.h5 saved/model.h5
ok "and the same history" cmp whole/history.csv saved/history.csv

# Killed at random moments, with other numbers of threads.  A run that ends before it was killed
# often enough is begun again.
kills=0 runs=0 equal=0
while [ "$kills" -lt 50 ] && [ "$runs" -lt 50 ]; do
    runs=$((runs + 1))
    rm -rf cut
    ended=0
    while [ "$ended" -eq 0 ] && [ "$kills" -lt 50 ]; do
        killed $((5 + $(moment 25))) "$longhand" train --check-rows=0 --plot=none --reproducible --quiet \
            --epochs=$many --save-every=200steps --resume=auto --threads=$((kills % 3 + 1)) --out=cut
        kills=$((kills + 1 - ended))
    done
    train --epochs=$many --resume=auto --out=cut
    if cmp -s whole/model.h5 cut/model.h5 && cmp -s whole/history.csv cut/history.csv; then
        equal=$((equal + 1))
    fi
done
is "killed 50 times at random moments" "$kills" 50
is "each of its $runs runs ends with the bytes of one that was left alone" "$equal" "$runs"
is "no more than two checkpoints are kept" "$(ls cut | grep -c h5)" 2
ok "no lock is left" not test -e cut/model.h5.lock

# The page itself.
page() { "$build/experiments/notes" --epochs=3000 --budget=0.05 --plot=none --reproducible --quiet "$@"; }
run page --save-every=never --out=page
for more in 60 90 120; do
    killed "$more" "$build/experiments/notes" --epochs=3000 --budget=0.05 --plot=none --reproducible \
        --quiet --save-every=100steps --resume=auto --out=page-cut
done
run page --resume=auto --out=page-cut
ok "the page that is killed three times ends with the same bytes" cmp page/notes.h5 page-cut/notes.h5

# The older ones stay under their steps, without a second copy of their bytes.
for epochs in 20 30 40; do
    train --epochs=$epochs --save-every=never --keep=3 --resume=auto --out=torn
done
is "the three newest are kept" "$(files_of torn)" \
    "history.csv history.jsonl model-140.h5 model-210.h5 model.h5 "
train --epochs=30 --save-every=never --out=thirty
ok "an older one is the run as it was then" cmp thirty/model.h5 torn/model-210.h5
for bad in 10 5days 0steps never5 -3steps 1.5h ""; do
    train --save-every="$bad" --out=bad
    exits "--save-every=$bad: 2" 2
done

# The newest that is whole and of this command.
train --epochs=60 --save-every=never --out=sixty
printf 'x' | dd of=torn/model.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null
head -c 2000 torn/model-210.h5 >part && rm torn/model-210.h5 && mv part torn/model-210.h5
train --epochs=60 --resume=auto --out=torn
exits "with a damaged newest and a part of one it goes on" 0
says "the first is named with its reason" err "passed over: torn/model.h5 is damaged"
says "and the second" err "passed over: torn/model-210.h5 is cut short"
says "it goes on from the one before" err "going on from torn/model-140.h5 after epoch 20"
ok "to the bytes of one that never stopped" cmp sixty/model.h5 torn/model.h5
train --epochs=60 --resume=require --rate=0.2 --out=torn
exits "none of this command where one is required: 66" 66
says "it is said" err "there is no checkpoint of this command"
says "the option that differs is named with both values" err "--rate=0.1 and here 0.2"
ok "and all is as it was" cmp sixty/model.h5 torn/model.h5
train --epochs=60 --resume=require --labels=binary --out=torn
exits "an option that the network does not show makes another command, too: 66" 66
says "it is named" err "torn/model.h5 is of another command:"
train --epochs=10 --patience=3 --out=patient
train --epochs=20 --patience=5 --resume=require --out=patient
exits "another number of epochs and another patience do not" 0
train --epochs=60 --resume=require --out=empty
exits "an empty folder where one is required: 66" 66
train --epochs=60 --resume=auto --out=fresh
exits "with auto it begins anew in an empty folder" 0
says "and says so" err "this run begins anew"
ok "to the same bytes" cmp sixty/model.h5 fresh/model.h5

# Another run's folder: passed over with the reason, its older files left alone.
mkdir foreign
train --epochs=10 --save-every=5epochs --hidden=4 --out=foreign
mv foreign/model-35.h5 foreign/model-7.h5
train --epochs=60 --resume=auto --save-every=10epochs --out=foreign
exits "beside the checkpoint of another network it begins anew" 0
says "the lines that differ are shown" err "+ W1 = param [30 x 16] he"
says "and the option" err "--hidden=4 and here 16,8"
ok "to the bytes of its own" cmp sixty/model.h5 foreign/model.h5
ok "what was there under other names stays" test -s foreign/model-7.h5

# A folder belongs to one run.
killed 60 "$longhand" train --check-rows=0 --plot=none --quiet --epochs=1000000 --save-every=200steps \
    --out=locked
ok "a killed process leaves its lock" test -s locked/model.h5.lock
train --epochs=3 --out=locked
exits "a lock of a dead process is taken over" 0
ok "and removed at the end" not test -e locked/model.h5.lock
"$longhand" train --check-rows=0 --plot=none --quiet --epochs=100000000 --out=locked >/dev/null 2>&1 </dev/null &
process=$!
tries=0
while [ ! -s locked/model.h5.lock ] && [ "$tries" -lt 600 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
train --epochs=3 --out=locked
exits "a folder that another run writes to is refused: 74" 74
says "with its process" err "being written by another run: process $process on "
kill -9 "$process"
wait "$process" 2>/dev/null
train --epochs=3 --out=locked
exits "and free when that is dead" 0

# One that is not at its end is not lost when the command is given again.
train --epochs=20 --out=twice
train --epochs=60 --save-every=10epochs --out=twice
says "it is told" err "--resume=auto goes on with it; this run begins anew, and it stays as twice/model-140.h5"
train --epochs=20 --save-every=never --out=twenty
ok "and stays" cmp twenty/model.h5 twice/model-140.h5
ok "the new run ends as it should" cmp sixty/model.h5 twice/model.h5

# Where a scheduler has begun the job again it goes on by itself.
for variable in SLURM_RESTART_COUNT=1 LSB_RESTART=Y RESTARTED=1; do
    rm -rf queued
    train --epochs=20 --out=queued
    run env "$variable" "$longhand" train --check-rows=0 --plot=none --reproducible --epochs=60 --out=queued
    says "$variable: it goes on" err "going on from queued/model.h5 after epoch 20"
    ok "$variable: to the same bytes" cmp sixty/model.h5 queued/model.h5
done
train --epochs=20 --out=first
run env SLURM_RESTART_COUNT=0 RESTARTED=0 "$longhand" train --check-rows=0 --plot=none --reproducible \
    --epochs=60 --out=first
says "a job that is not begun again begins anew" err "this run begins anew"
run env SLURM_RESTART_COUNT=1 "$longhand" train --check-rows=0 --plot=none --reproducible --epochs=60 \
    --resume=never --out=first
never_says "--resume=never overrules the scheduler" err "going on from"
finish
