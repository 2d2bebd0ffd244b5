#!/bin/sh
# nan.sh -- a loss that is no number: saved as it was before, replayed, and what it is of is told.
. "${srcdir:-.}/tests/tap.sh"

OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY

train() { run "$longhand" train --check-rows=0 --plot=none --reproducible "$@"; }
replay() { run "$longhand" replay "$@"; }

# A good checkpoint stays when the run that goes on from it ends so.
wild="--loss=squares --rate=1.2 --hidden=4 --batch=0"
train $wild --epochs=2 --out=run
exits "two steps are finite" 0
cp run/model.h5 good.h5
train $wild --epochs=50 --resume=run/model.h5 --out=run
exits "a loss that is not finite ends the run with 3" 3
says "the state before it is named" err "before that step is saved as run/model-nonfinite.h5"
says "and the command for it" err "longhand replay run/model-nonfinite.h5 shows what goes wrong"
ok "the checkpoint that stood there stays" cmp good.h5 run/model.h5
run "$longhand" inspect run/model-nonfinite.h5
exits "what is saved is a checkpoint" 0

replay run/model-nonfinite.h5
exits "its next step goes wrong" 3
says "the step is told" out "Step 4 of the run, in epoch 4, goes wrong: its loss is not finite."
says "its rows" out "Its 427 rows of wdbc, counted from 1:"
ok "the first of them" grep -E '^  2 3 5 6 9 10 11 13 14 15 16 19 20 ' out
says "the op with its line" out "line 12 of the network: L = mse("
ok "the row of the file" grep -E 'the term of row 0 is inf \(row 2 of wdbc\)$' out
ok "what it was given" grep -E '^    y \[427 x 1\] from 0 to 1; 0 at row 0, column 0$' out
tail -n +2 out >wrong
replay good.h5 --steps=100
exits "an older one leads there" 3
tail -n +2 out >older
ok "by the same bits" cmp wrong older
replay good.h5
exits "an epoch after that one is finite" 0
says "and said to be" out "Nothing goes wrong in the steps after step 2 up to step 3,"

# The losses on the way are those that the run has noted.
for rule in "--optimizer=adam --rate=0.01" "--rate=0.1 --momentum=0.9 --type=f64" \
    "--rate=0.5 --accumulate=3 --schedule=cosine --schedule-epochs=6 --batch=50" \
    "--rate=0.2 --patience=3 --seed=4 --split-seed=5 --shuffle-seed=6 --shards=3"; do
    train $rule --epochs=3 --out=three
    train $rule --epochs=4 --out=four
    replay three/model.h5 --threads=1
    loss=$(tail -n 1 four/history.csv | awk -F, '{ printf "%.9g", $2 }')
    says "$rule: the epoch after the third has the loss of the run" out "is $loss."
done

train --rate=1e39 --epochs=0 --out=start
replay start/model.h5
exits "a move that is too large" 3
says "is told" out "Step 1 of the run, in epoch 1, goes wrong: after it is not finite W1."
says "is that of a parameter" out "W1 becomes inf at row 0, column 0"
train --rate=1e39 --epochs=3 --out=start
exits "after it there is no state to save" 3
says "the state is not saved" err "start/model-nonfinite.h5 was not saved: parameter W1 is"
says "and says what helps" err "longhand replay shows the step that moved it"
ok "so there is none" not test -e start/model-nonfinite.h5

# With --on-nan=back it goes on; which threads work and what is saved on the way changes no byte.
wild="--loss=squares --rate=0.8 --hidden=4 --batch=0 --epochs=50 --on-nan=back"
train $wild --out=back --threads=1
exits "with --on-nan=back the same ends well" 0
ok "each time is told in a line" test "$(grep -c 'the loss is not finite at step .* back to the parame.* with half the rate, 0\.[124], from here on ([123] of at most 3 times)$' err)" -eq 3
ok "its epochs are those that were asked for" test "$(wc -l <back/history.csv)" -eq 51
run "$longhand" inspect back/model.h5
says "the checkpoint tells it" out "the rate is halved, for the run went back after steps that were no number: 3 times"
train $wild --out=saved --threads=2 --save-every=1step --keep=3
ok "saved on the way it is the same" cmp back/model.h5 saved/model.h5
train $wild --epochs=20 --out=part
train $wild --resume=auto --on-nan=stop --out=part
exits "what has gone back goes on without the option, too" 0
ok "with the same rate" cmp back/history.csv part/history.csv
run "$longhand" replay part/model.h5 --data=wdbc
exits "and is replayed with it" 0
train --loss=squares --rate=1.2 --hidden=4 --batch=0 --epochs=50 --on-nan=back --out=thrice
exits "after three times it stops" 3
says "which is told" err "the run has gone back 3 times before"
says "and saves the state before the step" err "before that step is saved as thrice/model-nonfinite.h5"
replay thrice/model-nonfinite.h5
exits "whose step is wrong with the rate that it had" 3
train --on-nan=on --out=thrice
exits "another word is refused" 2

# One digit of one number is another.
sed '3s/1/2/' "$source/data/wdbc.csv" >other.csv
replay good.h5 --data=other.csv
exits "another file is refused" 65
says "as such" err "and other.csv is another file"
is "and no step is made" "$(cat out)" ""
replay
exits "without a checkpoint it is wrong" 2
says "which is said" err "a checkpoint is needed: longhand replay FILE.h5"
replay good.h5 --steps=-1
exits "and with steps below 0" 2
says "which is said, too" err "--steps=-1: 0 or more are wanted"
replay nothing.h5
exits "one that is not there: 66" 66
says "with its name" err "cannot open nothing.h5"

finish
