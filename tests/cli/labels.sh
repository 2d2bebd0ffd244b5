#!/bin/sh
# labels.sh -- longhand train takes the loss that fits the labels, says which, and is overruled.
. "${srcdir:-.}/tests/tap.sh"

# 150 points in three heaps, with labels of every kind; numbers as another program would have them.
awk 'BEGIN {
    print "a,b,two,three,size,left,low" >"points.csv"
    seed = 7
    for (i = 0; i < 150; i++) {
        k = i % 3
        seed = (seed * 16807) % 2147483647; u = seed / 2147483647
        seed = (seed * 16807) % 2147483647; v = seed / 2147483647
        x = (k == 0) - (k == 1) + u; y = (k == 2) * 1.5 + v
        printf "%.4f,%.4f,%s,%s,%.3f,%d,%d\n", x, y, k == 2 ? "yes" : "no",
            k == 0 ? "oak" : k == 1 ? "ash" : "fir", 3 * x - y + 100, x < 0.5, y < 1 >"points.csv"
    }
}'
train() { # LABEL DROP ARGUMENTS...
    label=$1 drop=$2
    shift 2
    run "$longhand" train --data=points.csv --label="$label" --drop="$drop" --epochs=40 --batch=16 \
        --plot=none --out=run "$@"
}
held() { sed -n 's/^38 rows held out: \(.*\), after.*/\1/p' out; }
at_least() { # SENTENCE WORD LEAST
    ok "$1" sh -c "held='$(held)'; printf '%s\n' \"\$held\" | awk -v word='$2' -v least=$3 '
        { for (i = 1; i < NF; i++) if (\$i == word) { found = 1; exit !(\$(i + 1) + 0 >= least) } }
        END { if (!found) exit 1 }'"
}

train two three,size,left,low
exits "two texts are trained on" 0
at_least "by sigmoid, and well" accuracy 0.9
says "the gradients of that network agree" out "11 of 11 gradients agree"
never_says "about the notes' own loss nothing is said" err "the loss is"
ok "the history has the accuracy" grep -q 'test accuracy' run/history.csv
train three two,size,left,low
exits "classes are trained on" 0
at_least "by softmax, and well" accuracy 0.9
at_least "with F1" F1 0.9
says "which is said with its reason" err \
    "the loss is cross-entropy of softmax, for the labels are classes (--loss overrules)"
says "the gradients agree" out "11 of 11 gradients agree"
run "$longhand" inspect run/model.h5
says "the loss takes class numbers" out "L = softmax_ce_classes(Z3, y)"
train size two,three,left,low --rate=0.05 --epochs=100
exits "numbers are trained on" 0
at_least "by squares, and well" R2 0.9
says "and that is said" err "the loss is the mean of squares, for the labels are numbers"
ok "RMSE and MAE are printed" grep -q 'RMSE [0-9.]*, MAE [0-9.]*, loss' out
ok "the history has R2" grep -q 'test R2' run/history.csv
train left,low two,three,size
exits "several columns of 0 and 1 are trained on" 0
at_least "by a sigmoid each, and well" accuracy 0.8
says "which is said" err "the loss is cross-entropy of sigmoid, for the labels are columns of 0 and 1"
run "$longhand" inspect run/model.h5
says "with two outputs" out "y = input [m x 2]"

train three two,size,left,low --loss=squares --quiet
at_least "--loss=squares takes classes" accuracy 0.8
train three two,size,left,low --loss=sigmoid --rate=0.3
at_least "--loss=sigmoid takes classes" accuracy 0.8
says "and that is said" err "the loss is cross-entropy of sigmoid, as --loss says"
train two three,size,left,low --loss=softmax
at_least "--loss=softmax takes two texts" accuracy 0.9
train two three,size,left,low --loss=squares
at_least "--loss=squares takes two texts" accuracy 0.8
train three two,size,left,low --balance
exits "classes that weigh the same are trained on" 0
says "and the gradients agree" out "11 of 11 gradients agree"
run "$longhand" inspect run/model.h5
says "with their weights" out "w = input [m x 1]"
refused() { # SENTENCE TEXT
    exits "$1 is a usage error" 2
    says "$1 is told so" err "$2"
    ok "$1 leaves no checkpoint" test ! -e refused/model.h5
}
train size two,three,left,low --loss=softmax --out=refused
refused "softmax of numbers" "--loss=squares fits them"
train left,low two,three,size --loss=softmax --out=refused
refused "softmax of several columns" "a row may have more than one 1"
train three two,size,left,low --threshold=f1 --out=refused
refused "a threshold for classes" "is for one column of 0 and 1"

# The threshold is the model's; a run that goes on forgets it, and has the bytes of one that never had it.
train two three,size,left,low --threshold=youden --epochs=3 --reproducible
exits "a threshold is chosen" 0
says "and printed" out "1 is called from 0."
run "$longhand" inspect run/model.h5
says "it is in the file" out "an output that is not below it says 1"
train two three,size,left,low --threshold=youden --epochs=8 --resume=run/model.h5 --reproducible
cp run/model.h5 gone-on.h5
train two three,size,left,low --threshold=youden --epochs=8 --reproducible
ok "a run that goes on after it is the run that was not stopped" cmp gone-on.h5 run/model.h5

# A test that somebody else has chosen, in a file of its own, with its columns in another order.
sed -n '1,101p' points.csv >most.csv
sed -n '1p;102,$p' points.csv | awk -F, -v OFS=, '{ print $4, $2, $1 }' >rest.csv
run "$longhand" train --data=most.csv --label=three --only=a,b --epochs=40 --batch=16 --plot=none \
    --check-rows=0 --out=given --test=rest.csv
exits "a file with the rows for the test is taken" 0
says "all of it is the test" out "50 rows of rest.csv: accuracy"
worth=$(sed -n 's/^50 rows of rest.csv: \(.*\), after.*/\1/p' out)
run "$longhand" eval given/model.h5 --data=rest.csv
says "eval says the same of it" out "$worth"
run "$longhand" eval given/model.h5 --data=most.csv
never_says "nothing was held out of the other file" out "held out as"
run "$longhand" train --data=most.csv --label=three --only=a,b --test=absent.csv --out=none
exits "a file for the test that is not there ends with 66" 66
ok "before anything is trained" test ! -e none
finish
