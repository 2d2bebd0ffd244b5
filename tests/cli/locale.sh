#!/bin/sh
# locale.sh -- a driver that speaks German writes and says what it does in English, byte by byte.
. "${srcdir:-.}/tests/tap.sh"

mkdir locales
if ! have localedef || ! localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 >made 2>&1; then
    skip "a driver with a decimal comma writes the same" "no localedef, or no source of de_DE"
    finish
fi

# The C library itself keeps what it makes of LOCPATH.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

cat >comma.c <<'END'
#include <longhand.h>
#include <locale.h>
#include <stdio.h>

/* Wrong by a factor, so that the ledger prints a ratio, too. */
static void hand_W(lh_page *p, lh_wide *dW)
{
    lh_matrix X = lh_on(p, "X"), yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < X.rows; i++)
        for (size_t j = 0; j < X.cols; j++)
            dW[j] += 1.5L * X.at[i * X.cols + j] * (yhat.at[i] - y.at[i]) / (lh_wide)y.rows;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    fprintf(stderr, "%.1f\n", 0.5);
    lh_ctx *c = lh_open(argc, argv, "a driver with its own locale");
    long wrong = lh_opt_int(c, "wrong", 0, "a wrong derivation");
    long lines = lh_opt_int(c, "lines", 0, "the derivation");
    lh_data *d = lh_data_open(c, lh_opt_path(c, "data", "wdbc", "rows")), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", lh_cols(d), 1, LH_GLOROT);

    lh_let(Z, lh_matmul(X, W));
    lh_let(yhat, lh_sigmoid(Z));
    lh_let(L, lh_bce_logits(Z, y));
    if (wrong)
        lh_hand(L, "W", hand_W, "dW = X^T dZ");
    lh_verify(L, d, 32);
    if (lines) {
        lh_derive(L, d, 32, NULL, "d.svg");
        lh_derive(L, d, 32, NULL, "d.html");
        lh_derive(L, d, 32, NULL, "d.tex");
        lh_derive(L, d, 32, NULL, "d.dot");
        lh_derive(L, d, 32, NULL, NULL);
    }
    lh_run *r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 64, 4);
    while (lh_epoch(r))
        lh_note(r, "test loss", lh_loss(L, test));
    lh_say(c, "the loss is %.3f", lh_last_loss(r));
    lh_save(r, "r.h5");
    lh_history(r, "r.csv");
    lh_history(r, "r.jsonl");
    lh_plot(r, "r.svg", "loss");
    lh_plot_norms(r, "n.svg");
    lh_plot_roc(yhat, test, "roc.svg");
    return lh_close(c);
}
END
ok "a driver with a decimal comma compiles" compile comma

# both NAME OPTION...: in English and in German, each in a folder of its own.
both() {
    name=$1
    shift
    for language in C de_DE.UTF-8; do
        mkdir -p "$name/$language" && cd "$name/$language" || exit 99
        run env LOCPATH="$work/locales" LC_ALL="$language" ../../comma --reproducible \
            --progress=none "$@"
        is "$name, $language: it speaks that language" "$(sed -n 1p "$work/err")" \
            "$(test $language = C && echo 0.5 || echo 0,5)"
        sed 1d "$work/err" >said
        cp "$work/out" printed
        echo "$code" >code
        cd "$work" || exit 99
    done
    ok "$name: what it prints and writes is the same" diff -r "$name/C" "$name/de_DE.UTF-8"
}

both train --lines=1 --ledger=l.txt,l.csv,l.json,l.html
is "train: it succeeds" "$(cat train/C/code)" 0
for file in l.txt l.csv l.json l.html d.svg d.html d.tex d.dot r.h5 r.csv r.jsonl r.gp roc.gp; do
    ok "train: there is $file" test -s "train/de_DE.UTF-8/$file"
done
says "train: a note has a point" train/de_DE.UTF-8/said "the loss is 0."
both dry --dry-run
says "a dry run tells its memory with a point" dry/de_DE.UTF-8/printed "0.000 MB with their gradients"
both wrong --wrong=1
is "wrong: it ends with 1" "$(cat wrong/C/code)" 1
says "wrong: the ratio has a point" wrong/de_DE.UTF-8/said "1.5"

run env LOCPATH="$work/locales" LC_ALL=de_DE.UTF-8 ./comma --progress=plain --plot=none
never_says "progress has points alone" err '[0-9],[0-9]*/s\|loss 0,'
says "progress is there" err "loss 0."
printf '%s\n' '1.5,2.5,0' '2.5,1.5,1' '1.5,x,1' >bad.csv
run env LOCPATH="$work/locales" LC_ALL=de_DE.UTF-8 ./comma --data=bad.csv
never_says "a message has no comma in a number" err '[0-9],[0-9] '
finish
