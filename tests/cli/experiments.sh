#!/bin/sh
# experiments.sh -- the lessons: their tables have the numbers that they are known for.
. "${srcdir:-.}/tests/tap.sh"

saturation=$build/experiments/saturation
vcurve=$build/experiments/vcurve

# at FILE NAME COLUMN=VALUE...: the column of that name in the first row where the others are so.
at() {
    table=$1 wanted=$2
    shift 2
    awk -F, -v wanted="$wanted" -v given="$*" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; n = split(given, pair, " "); next }
        { for (k = 1; k <= n; k++) { split(pair[k], p, "="); if ($column[p[1]] != p[2]) next }
          print $column[wanted]; exit }' "$table"
}
# between SENTENCE VALUE LOW HIGH
between() { ok "$1 ($2)" awk -v x="$2" -v a="$3" -v b="$4" 'BEGIN { exit !(x >= a && x <= b) }'; }
ulps() { at s/saturation.csv "$1 ulps" "z=$2" "y=$3"; }
value() { at s/saturation.csv "$1" "z=$2" "y=$3"; }

run "$saturation" --out=s --plot=none
exits "saturation succeeds" 0
is "with nothing to say" "$(cat err)" ""
cp out table
is "its table has all points" "$(grep -cE '^ +-?[0-9.]+ +[01] ' table)" 10
is "the CSV has the grid and the points" "$(wc -l <s/saturation.csv | tr -d ' ')" 3213
is "no figure is drawn" "$(ls s)" saturation.csv

is "bce_logits: no point is lost, infinite or NaN" \
    "$(awk -F, 'NR > 1 && ($10 == 0 || $10 != $10 + 0)' s/saturation.csv)" ""
worst=$(awk -F, 'NR > 1 && $16 > worst { worst = $16 } END { print worst + 0 }' s/saturation.csv)
between "bce_logits is within an ulp on the whole grid" "$worst" 0.3 1
for form in page KANN PyTorch Keras; do
    between "$form at z = 5, y = 1 is 51 ulps off" "$(ulps $form 5 1)" 50.5 51.5
    between "$form at z = 0.5, y = 1 is 0.7 ulps off" "$(ulps $form 0.5 1)" 0.65 0.75
done
between "yhat - y at z = 5, y = 1 is 52 ulps off" "$(ulps yhat-y 5 1)" 51.5 52.5
between "bce_logits at z = 5, y = 1 is 0.08 ulps off" "$(ulps logits 5 1)" 0.075 0.085
for form in page KANN PyTorch Keras yhat-y; do
    between "$form at z = 10, y = 1 is 5700 ulps off" "$(ulps $form 10 1)" 5650 5750
done
between "bce_logits at z = 10, y = 1 is 0.13 ulps off" "$(ulps logits 10 1)" 0.125 0.135
between "bce_logits at z = 17, y = 1 is 0.75 ulps off" "$(ulps logits 17 1)" 0.745 0.755
between "yhat - y at z = 17, y = 1 has lost its first digit" "$(ulps yhat-y 17 1)" 4e6 6e6
for form in KANN PyTorch Keras yhat-y; do
    lost=$(value $form 18 1)
    is "$form at z = 18, y = 1 is lost" "${lost#-}" 0
done
for form in KANN PyTorch Keras; do
    is "$form at z = 18, y = 0 is lost, where the truth is 1" "$(value $form 18 0)" 0
    is "$form at z = 50, y = 0 is lost" "$(value $form 50 0)" 0
done
for z in 18 50; do
    is "the page at z = $z, y = 0 is no number" "$(value page $z 0)" nan
    is "the page at z = $z, y = 1, a right answer, is none either" "$(value page $z 1)" nan
done
is "the page at z = -100, y = 1 is infinite" "$(value page -100 1)" -inf
between "KANN at z = -50, y = 1" "$(value KANN -50 1)" -1.95e-13 -1.9e-13
between "PyTorch at z = -50, y = 1" "$(value PyTorch -50 1)" -1.95e-10 -1.9e-10
is "Keras at z = -50, y = 1" "$(value Keras -50 1)" 0
is "yhat - y at z = -50, y = 1 is exact" "$(ulps yhat-y -50 1)" 0
is "yhat - y at z = 50, y = 0 is exact" "$(ulps yhat-y 50 0)" 0
is "Keras at z = -20, y = 1 is lost" "$(value Keras -20 1)" 0
is "the table tells what the CSV holds" "$(sed -n 's/^ *10 *1 //p' table | tr -s ' ')" \
    " -4.540e-05 5737 5737 5737 5737 5737 0.13"
is "and a lost gradient by that word" "$(sed -n 's/^ *18 *0 //p' table | tr -s ' ')" \
    " 1.000e+00 NaN lost lost lost 0.26 0.26"
for isa in portable auto; do
    run "$saturation" --out=i --plot=none --isa=$isa --threads=2
    ok "the table is the same with --isa=$isa" cmp out table
done

run "$vcurve" --out=v --smooth --plot=none
exits "vcurve succeeds" 0
is "it has a row for each type and kind" "$(grep -cE '^(f32|f64|wide) +(one-sided|central) ' out)" 6
is "the best step and its error are within a decade of theory" "$(awk '
    function near(x, y) { return x > y / 10 && x < y * 10 }
    /^(f32|f64|wide) / && (!near($3, $4) || !near($5, $6))' out)" ""
is "smooth layers have no kinks" "$(awk '/^(f32|f64|wide) / && $7 != "0/9"' out)" ""
is "its CSV has a row for each step" "$(wc -l <v/vcurve.csv | tr -d ' ')" 62
is "float has no steps below its roundoff" "$(tail -n 1 v/vcurve.csv | cut -d, -f2-5)" \
    nan,nan,nan,nan
run "$vcurve" --out=r --plot=none --threads=2
exits "vcurve with ReLU layers succeeds" 0
cp out first
run "$vcurve" --out=r --plot=none --threads=1
ok "and prints the same again" cmp out first

for lesson in saturation vcurve; do
    program=$build/experiments/$lesson
    run "$program" --help
    exits "$lesson --help succeeds" 0
    ok "$lesson --help has examples" grep -q "^  $lesson --" out
    run "$program" --outt=x
    exits "$lesson: a wrong option is a usage error" 2
    says "$lesson: with a hint" err "did you mean --out?"
    is "$lesson: and nothing is printed" "$(cat out)" ""
    printf 'x\n' >file
    run "$program" --out=file
    exits "$lesson: a file in the place of the folder ends with 74" 74
    run "$program" --dry-run --out=dry
    exits "$lesson --dry-run succeeds" 0
    ok "$lesson --dry-run writes nothing" test ! -e dry
    run env LONGHAND_GNUPLOT=/nonexistent "$program" --out="no gnuplot"
    exits "$lesson without gnuplot succeeds" 0
    says "$lesson without gnuplot says so" err "gnuplot was not found"
    ok "$lesson without gnuplot keeps the script" test -s "no gnuplot/$lesson.gp"
    if have gnuplot; then
        run "$program" --out=drawn
        ok "$lesson draws" test -s "drawn/$lesson.png"
        is "$lesson: without a warning" "$(cat err)" ""
    else
        skip "$lesson draws" "no gnuplot"
    fi
done
run "$saturation" --type=f64
exits "saturation in double is a usage error" 2
says "it says why" err "saturation is about float"
run "$vcurve" --rows=0
exits "vcurve without rows is a usage error" 2
says "it says which" err "--rows=0"
run "$vcurve" --data=absent.csv
exits "vcurve on absent data ends with 66" 66

# Folds of a file of one's own: 60 lines of a driver.
is "folds has at most 60 lines" "$(awk 'END { print NR <= 60 }' "$source/experiments/folds.c")" 1
awk 'BEGIN { OFS = ","; print "a,b,kind"; for (i = 0; i < 150; i++)
    print i * 7 % 11 + 20 * (i % 3), i * 5 % 13, "kind" i % 3 }' >kinds.csv
run "$build/experiments/folds" --data=kinds.csv --stratify --epochs=30 --out=folds
exits "folds succeeds" 0
is "it has a row for each fold" "$(grep -cE '^ +[1-5] +[0-9]+ +[01]\.[0-9]{4}$' out)" 5
is "its mean is that of the rows" "$(awk '/^ +[1-5] / { sum += $3 } /^mean/ { mean = $2 + 0 }
    END { print (sum / 5 - mean < 0.0001 && mean - sum / 5 < 0.0001) }' out)" 1
is "classes that are far apart are told apart" "$(awk '/^mean/ { print ($2 + 0 > 0.9) }' out)" 1
is "on what code it trains is told once" "$(grep -c 'training in' err)" 1
best=$(awk '/^ +[1-5] / && $3 > best { best = $3 } END { print best }' out)
run "$longhand" eval folds/best.h5 --data=kinds.csv
says "the best model is worth what the table says, by the rows of its own fold" out \
    "held out as part 1: accuracy $best"
run "$build/experiments/folds" --folds=1
exits "one fold is a usage error" 2
run "$build/experiments/folds" --folds=101
exits "so are too many" 2
says "which is told" err "at most 100"

# 26 classes and a regression, in loops of their own.
run "$build/experiments/letters" --steps=600
exits "letters succeeds" 0
is "the gradients of both networks agree" \
    "$(grep -c '^\([0-9]*\) of \1 gradients agree' out)" 2
between "letters are read" "$(sed -n 's/^letters: \([0-9.]*\) of.*/\1/p' out)" 0.9 1
between "the curve is met" "$(sed -n 's/^curve: .* \([0-9.]*\)$/\1/p' out)" 0 0.1
finish
