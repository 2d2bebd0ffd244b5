#!/bin/sh
# resume.sh -- a run that was stopped, anywhere, ends with the bytes of one that never stopped.
. "${srcdir:-.}/tests/tap.sh"

# Threads that wait without spinning: the tests may share few processors.
OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY

train() {
    run "$longhand" train --check-rows=0 --plot=none --reproducible "$@"
}

for more in "" --momentum=0.9 --batch=0 --type=f64 --patience=3; do
    train --epochs=8 --out=whole $more
    exits "8 epochs are trained${more:+ with $more}" 0
    train --epochs=4 --out=half $more
    train --epochs=8 --resume=half/model.h5 --out=rest $more
    exits "4 epochs and the rest are trained${more:+ with $more}" 0
    says "it is said where it goes on${more:+ with $more}" err "after epoch 4"
    ok "both checkpoints are equal${more:+ with $more}" cmp whole/model.h5 rest/model.h5
    ok "both histories are equal${more:+ with $more}" cmp whole/history.csv rest/history.csv
done
train --epochs=8 --out=whole
train --epochs=4 --out=half --threads=1
train --epochs=8 --resume=half/model.h5 --out=rest --threads=3
ok "another number of threads ends with the same bytes" cmp whole/model.h5 rest/model.h5
train --epochs=8 --resume=half/model.h5 --out=half
ok "a run may go on in its own folder" cmp whole/model.h5 half/model.h5
train --epochs=8 --resume=whole/model.h5 --out=again
ok "a finished run that is resumed is the same file" cmp whole/model.h5 again/model.h5

# Early stopping: the model is the best epoch's, wherever it is asked for.
watching="--hidden=3 --momentum=0.9 --rate=0.3 --seed=4 --epochs=40"
train $watching --patience=3 --out=ended
exits "a run ends by its patience" 0
says "it says so" err "ended by its patience of 3 after epoch 8"
says "and whose parameters the model has" out "The model is that of epoch 5"
figures=$(sed -n 's/^142 rows held out: \(.*\), after.*/\1/p' out)
run "$longhand" eval ended/model.h5
says "eval measures the same model" out "142 rows of wdbc, held out as part 1: $figures"
says "eval tells what chose its epoch" out "chosen by the smallest validation loss"
run "$longhand" inspect ended/model.h5
says "inspect shows the same model" out "model      of epoch 5, where validation loss was smallest"
says "and that the run has ended" out "the run has ended"
train $watching --patience=3 --resume=ended/model.h5 --out=again
exits "a run that has ended is resumed" 0
says "it is said that it had ended" err "its patience had ended it"
says "its model is the same" out "142 rows held out: $figures, after 8 epochs"
ok "and nothing else was done" cmp ended/model.h5 again/model.h5
train $watching --patience=10 --resume=again/model.h5 --out=again
exits "with more patience it goes on" 0
train $watching --patience=10 --out=patient
ok "to the bytes of a run that had it from the beginning" cmp patient/model.h5 again/model.h5

# A file of each earlier version, written by the program of its day after 6 of these epochs.
train $watching --patience=3 --epochs=6 --out=new
run "$longhand" eval new/model.h5
mv out new/figures
for version in 1 2; do
    old=$source/tests/version$version.h5
    run "$longhand" inspect "$old"
    says "a file of version $version is inspected" out "format version $version"
    says "$version: with its rule" out \
        "momentum: rate 0.29999999999999999, momentum 0.90000000000000002"
    says "$version: and its model" out \
        "model      of epoch 5, where validation loss was smallest"
    run "$longhand" eval "$old"
    ok "$version: its model and the rows that were held out are found" cmp new/figures out
    train $watching --patience=3 --resume="$old" --out=later
    exits "$version: it is resumed" 0
    ok "$version: and ends with the bytes of a run that never stopped" \
        cmp ended/model.h5 later/model.h5
done

# Signals.  The first progress line tells that training has begun.  What a shell starts in the
# background ignores SIGINT, and so does a run there; nohup has SIGHUP ignored.  env takes that
# back.
if env --default-signal true 2>/dev/null; then
    signals='INT TERM HUP USR1 XCPU' heeding='env --default-signal'
else
    signals='TERM USR1 XCPU' heeding=
    skip "SIGINT and SIGHUP stop a run" "env cannot take back what a shell ignores"
fi
many=12000
train --epochs=$many --out=long
exits "a long run ends" 0
moment=0
for signal in $signals; do
    moment=$((moment + 1))
    at="SIG$signal, time $moment"
    # On a fast machine the run can end before the signal comes: then it is begun again.
    for again in 1 2 3 4 5 6 7 8 9; do
        rm -rf cut
        : >err
        $heeding "$longhand" train --check-rows=0 --plot=none --reproducible --epochs=$many \
            --progress=bar --out=cut >out 2>err </dev/null &
        process=$!
        tries=0
        while ! grep -q epoch err && [ "$tries" -lt 600 ]; do
            sleep 0.05
            tries=$((tries + 1))
        done
        # A moment of no one's choosing, within three tenths of a second.
        byte=$(od -An -N1 -tu1 /dev/urandom)
        sleep "0.$((byte % 3 / again))$((byte / 3 % 10))"
        kill -"$signal" "$process" 2>/dev/null
        code=0
        wait "$process" || code=$?
        [ $code -eq 0 ] || break
    done
    exits "$at: the exit code is 75" 75
    ok "$at: there is a checkpoint" test -s cut/model.h5
    is "$at: no temporary file is left" "$(find cut -name '*.tmp' | wc -l | tr -d ' ')" 0
    ok "$at: the run has not come to its end" not cmp -s long/model.h5 cut/model.h5
    train --epochs=$many --resume=cut/model.h5 --out=cut --threads=$((moment % 2 + 1))
    exits "$at: it can be resumed" 0
    ok "$at: the bytes are those of the whole run" cmp long/model.h5 cut/model.h5
    ok "$at: the history too" cmp long/history.csv cut/history.csv
done
finish
