#!/bin/sh
# verbs.sh -- every verb of the command does what --help says: files, outputs, exit codes.
. "${srcdir:-.}/tests/tap.sh"

# The words of the command itself.
run "$longhand"
exits "without a verb the exit code is 2" 2
says "without a verb the usage is on standard error" err "usage: longhand VERB"
is "and nothing is on standard output" "$(cat out)" ""
run "$longhand" --help
exits "--help succeeds" 0
says "--help has examples" out "examples:"
is "--help leaves standard error empty" "$(cat err)" ""
run "$longhand" --version
exits "--version succeeds" 0
ok "--version is one line with a number" grep '^longhand [0-9][0-9.]*' out
run "$longhand" trian
exits "an unknown verb is a usage error" 2
says "an unknown verb has the nearest one as its hint" err "did you mean longhand train?"
run "$longhand" help nonsense-of-mine
exits "help for an unknown verb is a usage error" 2

for verb in train check eval predict inspect diff fsck plot bench info ops; do
    run "$longhand" "$verb" --help
    exits "$verb --help succeeds" 0
    says "$verb --help has its usage" out "usage: longhand $verb"
    says "$verb --help has examples" out "examples:"
    is "$verb --help leaves standard error empty" "$(cat err)" ""
    mv out help
    run "$longhand" help "$verb"
    ok "help $verb prints the same" cmp out help
done

# Options that cannot be read.
refuses() { # SENTENCE TEXT ARGUMENTS...
    about=$1 text=$2
    shift 2
    run "$longhand" "$@" --out="$work/refused"
    exits "$about is a usage error" 2
    says "$about is told so" err "$text"
    is "$about leaves standard output empty" "$(cat out)" ""
}
refuses "an unknown option" "did you mean --epochs?" train --epohcs=3
refuses "a missing value" "--epochs needs a value" train --epochs
refuses "a word for a number" "--epochs=x: a whole number is wanted" train --epochs=x
refuses "a number too large" "a whole number is wanted" train --epochs=99999999999999999999
refuses "a rate that is no number" "--rate=nan: a number is wanted" train --rate=nan
refuses "an extra argument" "'extra' was not expected" train extra
refuses "a value for a flag" "--quiet takes no value" train --quiet=1
refuses "a word that is no choice" "auto|png|svg|term|none" train --plot=gif
refuses "a layer of no units" "sizes of layers are wanted" train --hidden=0
refuses "a layer without a number" "sizes of layers are wanted" train --hidden=1,,2
refuses "a layer missing after the last comma" "sizes of layers are wanted" train --hidden=16,
refuses "a negative batch" "--batch" train --batch=-1
refuses "a rate of zero" "cannot descend" train --check-rows=0 --rate=0
refuses "a momentum of one" "not in [0, 1)" train --check-rows=0 --momentum=1
refuses "a negative number of epochs" "epochs" train --check-rows=0 --epochs=-1
refuses "all rows held out" "not between 0 and 1" train --held-out=1
refuses "a negative number of threads" "--threads" train --threads=-1
refuses "too many shards" "--shards" train --shards=65
refuses "an empty path" "a path is wanted" train --data=
is "none of these left a file" "$(find refused -type f 2>/dev/null)" ""
run "$longhand" train --out=
exits "an empty folder name is a usage error" 2
run env LONGHAND_THREADS=abc "$longhand" info
exits "a bad value in the environment is a usage error" 2
says "and is said to come from there" err "environment"

# Training, and what it leaves.
run "$longhand" train --epochs=5 --out="a run"
exits "train succeeds" 0
says "the ledger is on standard output" out "Gradient ledger"
says "the result is on standard output" out "rows held out: accuracy"
says "what to do next is on standard output" out "longhand eval"
says "progress is on standard error" err "epoch 5/5"
mv out trained
for file in model.h5 history.csv history.jsonl curves.gp norms.gp roc.gp; do
    ok "train leaves $file" test -s "a run/$file"
done
is "history.csv names its columns" "$(head -n 1 "a run/history.csv" | tr -d '"')" \
    "epoch,loss,|dW1|,|dW2|,|dW3|,test loss,test accuracy"
is "history.csv has a row for each epoch" \
    "$(sed 1d "a run/history.csv" | cut -d, -f1 | tr '\n' ' ')" "1 2 3 4 5 "
is "every row has as many cells as the first" \
    "$(awk -F, '{ print NF }' "a run/history.csv" | sort -u)" 7
is "history.jsonl has a line for each epoch" "$(wc -l <"a run/history.jsonl" | tr -d ' ')" 5
if have python3 && python3 -c 'import json' 2>/dev/null; then
    ok "each line of history.jsonl is a JSON object" python3 -c 'import json, sys
for line in open(sys.argv[1]):
    assert isinstance(json.loads(line)["test accuracy"], float)' "a run/history.jsonl"
else
    skip "each line of history.jsonl is a JSON object" "no python3"
fi
for figure in curves norms roc; do
    if have gnuplot; then
        ok "gnuplot has drawn $figure.png" test -s "a run/$figure.png"
    else
        skip "gnuplot has drawn $figure.png" "no gnuplot"
    fi
done
is "no temporary file is left" "$(find "a run" -name '*.tmp' | wc -l | tr -d ' ')" 0

run "$longhand" train --epochs=2 --check-rows=0 --plot=none --out=quick
exits "train without a check succeeds" 0
never_says "its standard output is free of progress" out "epoch [0-9]*/"
never_says "and has no ledger" out "ledger"
ok "--plot=none draws nothing" test ! -e quick/curves.png
never_says "and announces no figure" out "figures"
run "$longhand" train --epochs=2 --check-rows=0 --plot=none --quiet --out=quick
is "--quiet leaves standard error empty" "$(cat err)" ""
says "--quiet keeps the result" out "rows held out"
run "$longhand" train --dry-run --out=dry
exits "--dry-run succeeds" 0
says "--dry-run prints the steps" out "bce_logits"
ok "--dry-run writes nothing" test ! -e dry
run env LONGHAND_EPOCHS=3 "$longhand" train --check-rows=0 --plot=none --out=quick
is "an option comes from the environment" "$(wc -l <quick/history.csv | tr -d ' ')" 4
run env LONGHAND_EPOCHS=3 "$longhand" train --epochs=2 --check-rows=0 --plot=none --out=quick
is "the command line wins over it" "$(wc -l <quick/history.csv | tr -d ' ')" 3
run "$longhand" train --epochs=7 --epochs 2 --check-rows=0 --plot=none --out=quick
is "of an option given twice the last one holds" "$(wc -l <quick/history.csv | tr -d ' ')" 3
run "$longhand" train --epochs=0 --out=none
exits "training for no epoch succeeds" 0
run "$longhand" train --epochs=3 --hidden= --check-rows=8 --plot=none --out=linear
exits "a network without a hidden layer trains" 0
run "$longhand" train --rate=1e30 --epochs=50 --check-rows=0 --plot=none --out=burst
exits "a loss that is not finite ends with 3" 3
says "and names the step" err "the loss is not finite at step"
ok "and leaves no checkpoint" test ! -e burst/model.h5
run env OMP_NUM_THREADS=0 "$longhand" train --epochs=1 --check-rows=0 --plot=none --out=quick
exits "OMP_NUM_THREADS=0 does not stop it" 0

# The other verbs.
run "$longhand" check --rows=8
exits "check succeeds" 0
says "check prints the ledger" out "gradients agree"
run "$longhand" check "a run/model.h5" --rows=8
exits "check of a checkpoint succeeds" 0
says "and prints its ledger" out "gradients agree"
run "$longhand" eval "a run/model.h5"
exits "eval succeeds" 0
ok "eval leads with the rows that were held out" \
    sh -c "sed 1q out | grep '^142 rows of wdbc, held out: accuracy 0.*AUC 0.*loss 0'"
ok "they have the figures that train has printed" \
    sh -c "grep -F '$(sed -n 's/^142 rows held out: \(.*\), after.*/\1/p' trained)' out"
ok "then those that were trained on" grep '^427 rows of wdbc, trained on: accuracy 0' out
ok "and all of them last" sh -c "tail -n 1 out | grep '^569 rows of wdbc, all: accuracy 0'"
is "eval leaves standard error empty" "$(cat err)" ""
sed 1,200d "$source/data/wdbc.csv" >some.csv
run "$longhand" eval "a run/model.h5" --data=some.csv
ok "another file is called so" \
    grep '^370 rows of some.csv, another file than it was trained on: accuracy 0' out
is "and that is all it prints" "$(wc -l <out | tr -d ' ')" 1
run "$longhand" eval "a run/model.h5" --metrics=all --intervals=50 --confusion
exits "eval with a table succeeds" 0
ok "the table names its parts" grep '^  *held out  *trained on  *all$' out
ok "and has a row with intervals for each metric" \
    grep '^auc  *0\.[0-9]* \[0\.[0-9]*, [01]\.[0-9]*\]' out
says "the confusion matrix is of what was held out" out "Of 142 rows, held out"
run "$longhand" eval "a run/model.h5" --metrics=accuracy,loss --format=csv
is "as CSV it is a record a metric and part" "$(cut -d, -f1-3 out | tr '\n' ' ')" \
    "part,rows,metric $(for metric in accuracy loss; do
        printf "held out,142,%s trained on,427,%s all,569,%s " $metric $metric $metric
    done)"
run "$longhand" eval "a run/model.h5" --metrics=acuracy
exits "a metric that is none is a usage error" 2
says "and has the nearest one as its hint" err "did you mean accuracy?"
run "$longhand" eval "a run/model.h5" --metrics=rmse
says "one of other labels is told so" err "rmse means nothing for labels that are 0 and 1"
sed 1d "$source/data/wdbc.csv" | cut -d, -f1-30 >unlabelled.csv
run "$longhand" predict "a run/model.h5" --data=unlabelled.csv --out=p.csv
exits "predict succeeds on rows without labels" 0
says "and says where they are" err "569 rows of unlabelled.csv are in p.csv"
is "it has a line a row" "$(wc -l <p.csv | tr -d ' ')" 570
ok "of what is called, and its probability" grep '^[01],[01]\(\.[0-9]*\)\{0,1\}' p.csv
cp p.csv before.csv
run "$longhand" predict "a run/model.h5" --data=missing.csv --out=p.csv
exits "predict of a file that is not there is told by its exit code" 66
ok "and leaves what stood there" cmp p.csv before.csv
run "$longhand" inspect "a run/model.h5"
exits "inspect succeeds" 0
says "inspect shows the network" out "Z1 = add"
says "inspect shows the history" out "history of 5 epochs"
run "$longhand" plot "a run/model.h5" --out=figures --names="test loss"
exits "plot succeeds" 0
ok "plot keeps the script" test -s figures/curves.gp
says "which draws the series that was named" figures/curves.gp "test loss"
run "$longhand" plot "a run/model.h5" --out=figures --names="test los"
exits "a series that is not there is a usage error" 2
says "and those that are there are named" err "test accuracy"
if have gnuplot; then
    run "$longhand" plot "a run/model.h5" --plot=term --out=term
    exits "--plot=term succeeds" 0
    ok "--plot=term draws in the terminal" test "$(wc -l <out)" -gt 20
    run "$longhand" plot "a run/model.h5" --plot=svg --out=svg
    ok "--plot=svg leaves an SVG figure" grep '<svg' svg/curves.svg
else
    skip "--plot=term succeeds" "no gnuplot"
    skip "--plot=term draws in the terminal" "no gnuplot"
    skip "--plot=svg leaves an SVG figure" "no gnuplot"
fi
run "$longhand" info
exits "info succeeds" 0
for word in Longhand compiler instructions threads HDF5 gnuplot; do
    ok "info tells $word" grep "^$word " out
done
run "$longhand" ops
exits "ops succeeds" 0
for op in $(sed -n 's/^LH_[A-Z]*ARY[_0-9]* *(\([a-z0-9_]*\),.*/\1/p' \
    "$source/include/longhand/ops.def"); do
    ok "ops lists $op" grep "^$op " out
done
run "$longhand" ops sigmoid
exits "ops sigmoid succeeds" 0
says "ops sigmoid derives it" out "= sigma(A) * (1 - sigma(A))"
run "$longhand" ops sigmiod
exits "an unknown op is a usage error" 2
says "an unknown op has the nearest one as its hint" err "did you mean sigmoid"
for verb in eval predict inspect plot; do
    run "$longhand" "$verb"
    exits "$verb without a checkpoint is a usage error" 2
    says "$verb says that it needs one" err "a checkpoint is needed"
done

# OpenMP binds the first thread before main(); what it may use is no less for that.
threads() { env "$@" "$longhand" info | sed -n 's/^threads *\([0-9]*\),.*/\1/p'; }
all=$(threads LC_ALL=C)
for setting in OMP_PROC_BIND=true OMP_PROC_BIND=spread OMP_PLACES=cores OMP_PLACES=threads; do
    is "$setting leaves all threads ($all)" "$(threads $setting)" "$all"
done
is "NSLOTS=1 leaves one" "$(threads NSLOTS=1)" 1

# Results that do not arrive are no success.
lost() { # SENTENCE ARGUMENTS...
    about=$1
    shift
    code=0
    "$longhand" "$@" >&- 2>err || code=$?
    is "a closed standard output fails $about" "$((code != 0))" 1
    if [ -c /dev/full ]; then
        code=0
        "$longhand" "$@" >/dev/full 2>err || code=$?
        is "a full device fails $about" "$((code != 0))" 1
    else
        skip "a full device fails $about" "no /dev/full"
    fi
}
: >out
lost "train" train --epochs=1 --check-rows=8 --plot=none --out=quick
lost "check" check --rows=4
lost "eval" eval "a run/model.h5"
lost "inspect" inspect "a run/model.h5"
lost "diff" diff "a run/model.h5" "a run/model.h5"
lost "fsck" fsck "a run"
lost "info" info
lost "ops" ops
lost "a verb's --help" train --help
lost "--help" --help
lost "--version" --version
finish
