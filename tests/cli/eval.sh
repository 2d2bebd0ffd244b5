#!/bin/sh
# eval.sh -- what eval prints in each form, how many parts it shows, and what verbs refuse.
. "${srcdir:-.}/tests/tap.sh"

train() { run "$longhand" train --check-rows=0 --plot=none --reproducible --epochs=2 "$@"; }
evaluate() { run "$longhand" eval "$@"; }

train --out=run
exits "a model is trained" 0

# The same numbers in every form.
evaluate run/model.h5 --metrics=accuracy,auc,loss --intervals=20 --format=csv
cp out table.csv
evaluate run/model.h5 --metrics=accuracy,auc,loss --intervals=20 --format=json
exits "records of JSON" 0
sed 's/^{"part": "\(.*\)", "rows": /\1,/; s/, "metric": "\(.*\)", "value": /,\1,/
    s/, "lo": /,/; s/, "hi": /,/; s/}$//; s/null//g' out >records
sed 1d table.csv >wanted
ok "are those of the CSV" cmp records wanted
is "nine of them" "$(grep -c '^{.*}$' out)" 9
ok "a loss has no interval" grep ' "loss", "value": 0\.[0-9]*, "lo": null, "hi": null}$' out
evaluate run/model.h5 --format=csv
cut -d, -f3 out | sort -u >listed
evaluate run/model.h5 --metrics=all --format=csv
cut -d, -f3 out | sort -u >all
ok "without names a table has all metrics" cmp listed all
ok "which are many" test "$(wc -l <all)" -ge 10
evaluate run/model.h5 --confusion
ok "the confusion alone has no table" not grep '^rows' out
says "but what was called what" out "Of 142 rows, held out: a row for each class"
ok "a row is what they are" grep -E '^0 +53 +7$' out
ok "a column what they were called" grep -E '^1 +1 +81$' out
evaluate run/model.h5 --metrics=all,none
exits "a list with all and what is none" 2

# Values have units, and another loss.
awk 'BEGIN {
    for (i = 1; i <= 60; i++)
        printf "%d,%d,%.1f\n", i, i % 7, 3000 * i + 100 * (i % 7)
}' >values.csv
train --data=values.csv --hidden= --rate=0.01 --out=values
exits "numbers are predicted" 0
evaluate values/model.h5 --data=values.csv --metrics=rmse,r2
ok "an error has the digits of its unit" grep -E '^rmse +1\.[0-9]{4}e\+05 +97[0-9]{3} ' out
ok "a share has four places" grep -E '^r2 +-?[0-9]+\.[0-9]{4} ' out
evaluate values/model.h5 --data=values.csv --confusion
exits "values are called nothing" 0
ok "so nothing is shown of it" not grep "was called" out

# As many parts as there is room for, and one more.
cat >parts.c <<'END_OF_C'
#include <longhand.h>
int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "many parts");
    const long parts = lh_opt_int(c, "parts", 1, "held out");
    lh_data *d = lh_data_open(c, "wdbc");
    for (long i = 0; i < parts; i++)
        lh_hold_out(d, 0.01);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", lh_cols(d), 1, LH_HE);
    lh_run *r = lh_train(lh_bce_logits(lh_matmul(X, W), y), LH_SGD(0.1), d, 64, 1);
    while (lh_epoch(r))
        continue;
    lh_save(r, "parts.h5");
    return lh_close(c);
}
END_OF_C
ok "a driver with many parts compiles" compile parts
run ./parts --parts=62
evaluate parts.h5
exits "62 parts, what was trained on and all" 0
is "are 64 lines" "$(grep -c ' rows of wdbc, ' out)" 64
ok "none is left out" not grep '^Only' out
run ./parts --parts=63
evaluate parts.h5
is "of one more" "$(grep -c ' rows of wdbc, ' out)" 64
says "it is told" out "Only the first 64 parts are shown."

# What is refused.
evaluate run/model.h5 --intervals=-1
exits "fewer samples than none" 2
says "are told" err "--intervals=-1: 1 to 1000000 samples"
evaluate
exits "no checkpoint" 2
run "$longhand" check --rows=0
exits "a check of no rows" 2
says "is told what it needs" err "--rows=0: at least one row is needed"
run "$longhand" derive run/model.h5 --page="$source/experiments/page.txt"
exits "a derivation of two things" 2
says "is told" err "a checkpoint or --page, not both"
train --hidden=0 --out=bad
exits "a layer of nothing" 2
train --hidden=4, --out=bad
exits "a layer that is not said" 2
says "is told how sizes look" err "--hidden=4,: sizes of layers are wanted, as in 16,8"
train --hidden="$(awk 'BEGIN { for (i = 0; i < 100; i++) printf "1,"; print 1 }')" --out=bad
exits "too many layers" 2
train --batch=-1 --out=bad
exits "a batch below none" 2
train --patience=-1 --out=bad
exits "patience below none" 2

# A folder whose name a shell would take apart.
train --out="it's here"
exits "a folder with a quote in its name" 0
command=$(sed -n "s/^  longhand inspect /\"\$longhand\" inspect /p" out)
run sh -c "longhand=\$1; $command" sh "$longhand"
exits "the command that is printed for it" 0
says "is of that model" out "it's here/model.h5"

finish
