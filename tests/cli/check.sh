#!/bin/sh
# check.sh -- gradients checked from outside: any driver, files of the ledger, files of others.
. "${srcdir:-.}/tests/tap.sh"

notes=$build/experiments/notes

run "$notes" --check --plot=none --out=never
ok "--check checks a driver that is not changed" test "$code" -eq 0
says "the loss that it verifies itself" out "Gradient ledger of L,"
says "and the one that it would train" out "Gradient ledger of Lz,"
ok "and trains nothing" test ! -e never/notes.h5
run env LONGHAND_CHECK=1 "$notes" --plot=none --out=never
says "LONGHAND_CHECK=1 does the same" out "Gradient ledger of Lz,"
run env LONGHAND_CHECK=0 "$notes" --epochs=1 --plot=none --out=trained
ok "LONGHAND_CHECK=0 does not" test -e trained/notes.h5

cat >own.c <<'END'
/* own.c -- a loop of one's own. */
#include <longhand.h>

int main(int argc, char **argv)
{
    static const float x[] = {0.5f, -1, 2, 0.25f, 1, -3}, labels[] = {1, 0, 1};
    lh_ctx *c = lh_open(argc, argv, "a loop of one's own");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 2), y = lh_input(t, "labels", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", 2, 1, LH_GLOROT);
    lh_let(L, lh_bce_logits(lh_matmul(X, W), y));

    lh_bind(X, x, 3), lh_bind(y, labels, 3);
    lh_forward(L), lh_backward(L);
    lh_forward(L), lh_backward(L);
    return lh_close(c);
}
END
ok "a driver with a loop of its own is built" compile own
run ./own --check
ok "it is checked on what it binds" test "$code" -eq 0
ok "once" test "$(grep -c 'Gradient ledger of L, 3 rows of what is bound' out)" -eq 1

run "$longhand" check --rows=8 --ledger=l.txt,l.csv,l.json,l.html,l.h5,l.npz,l.safetensors
ok "the ledger is written in every format" test "$code" -eq 0 -a -s l.h5 -a -s l.npz -a -s l.safetensors
ok "as text it is what is printed" cmp -s out l.txt
ok "as CSV it has a line for each gradient and method" test "$(grep -c ^dW1, l.csv)" -ge 5
ok "as HTML it needs nothing else" not grep -E 'src=|href=|@import' l.html
says "and has the verdicts" l.html "<b>agree</b>"
if have python3; then
    ok "as JSON it can be read" python3 -c 'import json; d = json.load(open("l.json"))
assert d["verdict"] == "agree" and len(d["gradients"]) == 11 and d["gradients"][0]["methods"]["complex"]["agrees"] == 1'
else
    skip "as JSON it can be read" "no python3"
fi
run "$longhand" check --rows=8 --ledger=l.pdf
ok "another ending is refused" test "$code" -eq 2
says "with those that there are" err ".safetensors"
run "$longhand" check --rows=8 --ledger=none/l.csv
ok "a folder that is not there is I/O" test "$code" -eq 74
run "$longhand" check --rows=8 --budget=-1
ok "a negative budget is refused" test "$code" -eq 2

# What another program has made: here, what we have written, whole and in parts.
"$longhand" train --epochs=1 --check-rows=0 --plot=none --quiet --out=run >/dev/null 2>&1
run "$longhand" check run/model.h5 --rows=8 --ledger=ours.npz,ours.safetensors,ours.h5
for file in ours.npz ours.safetensors ours.h5; do
    run "$longhand" check run/model.h5 "$file"
    ok "$file agrees with the tape that made it" test "$code" -eq 0
    says "in all its gradients" out "11 of 11 gradients in the file agree."
done
run "$longhand" check run/model.h5 l.npz
ok "gradients at other parameters are refused" test "$code" -ne 0 -a "$code" -ne 1
says "and it says which" err "those of another point"
run "$longhand" check run/model.h5 run/history.csv
ok "a file of no such format is refused" test "$code" -eq 65
run "$longhand" check run/model.h5 nothing.npz
ok "a file that is not there is told" test "$code" -eq 66
finish
