#!/bin/sh
# drivers.sh -- a mistake in a driver is told with names, shapes, file and line, and ends with 70.
. "${srcdir:-.}/tests/tap.sh"

# driver NAME: builds the C text in the file body with the usual frame, and runs it.
driver() {
    { printf '%s\n' '#include <longhand.h>' 'int main(int argc, char **argv)' '{' \
        '    lh_ctx *c = lh_open(argc, argv, "a driver with a mistake");' &&
        cat body && printf '%s\n' '    return lh_close(c);' '}'; } >"$1.c"
    ok "$1 compiles" compile "$1"
    run "./$1"
}

# The two layers of a small network; argument 1 is the shape of W2.
network() {
    cat <<END
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", 30, 16, LH_HE), W2 = lh_param(t, "W2", $1, LH_HE);
    lh_let(A1, lh_relu(lh_matmul(X, W1)));
    lh_let(Z2, lh_matmul(A1, W2)); /* line 10 of the driver */
    lh_let(L, lh_bce_logits(Z2, y));
    (void)d, (void)L;
END
}

network "8, 1" >body
driver shape
exits "a wrong shape ends with 70" 70
for text in A1 W2 "[m x 16]" "[8 x 1]" shape.c:10 matmul; do
    says "a wrong shape: the message has $text" err "$text"
done
is "a wrong shape leaves standard output empty" "$(cat out)" ""

{ network "8, 1" && cat <<'END'
    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 3);
    while (lh_epoch(r))
        lh_note(r, "loss again", lh_last_loss(r));
    lh_save(r, "never.h5");
    lh_plot(r, "never.png", "loss");
END
} >body
driver after
exits "after a wrong shape training does nothing and ends with 70" 70
says "the first error is the one that is told" err "[8 x 1]"
is "after a wrong shape no file is written" "$(ls never.* 2>/dev/null)" ""

{ network "16, 1" && cat <<'END'
    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 2);
    while (lh_epoch(r))
        continue;
    lh_tape_reset(t);
    lh_loss(L, d);
END
} >body
driver stale
exits "a variable from before lh_tape_reset ends with 70" 70
says "it is said that it was recorded before the reset" err "lh_tape_reset"

{ network "16, 1" && cat <<'END'
    lh_tape_reset(t);
    lh_var a = lh_relu(Z2);
    (void)a;
END
} >body
driver operand
exits "such a variable as an operand ends with 70" 70
says "it is said here too" err "lh_tape_reset"

{ network "16, 1" && cat <<'END'
    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 2);
    while (lh_epoch(r))
        continue;
    lh_let(late, lh_relu(Z2));
    (void)late;
END
} >body
driver late
exits "recording after the first run ends with 70" 70
says "it is said that the tape has run" err "sealed"

network "16, 1" >body
driver idle
exits "a driver that only returns lh_close() succeeds" 0
run ./idle --help
exits "its --help succeeds" 0
says "its --help names its purpose" out "a driver with a mistake"
run ./idle --thread=2
exits "an unknown option is refused by lh_close() too" 2
says "with the nearest one as its hint" err "did you mean --threads?"
run ./idle argument
exits "an argument is refused by lh_close() too" 2

cat >body <<'END'
    (void)0;
END
driver empty
exits "a driver without a tape succeeds" 0

cat >body <<'END'
    lh_data *d = lh_data_open(c, "absent.csv");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(L, lh_bce_logits(lh_matmul(X, lh_param(t, "W", lh_cols(d), 1, LH_HE)), y));
    lh_verify(L, d, 32);
    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 2);
    while (lh_epoch(r))
        lh_note(r, "accuracy", lh_accuracy(lh_output(L), d));
    lh_take_best(r);
    lh_save(r, "never.h5");
    lh_history(r, "never.csv");
    lh_plot_norms(r, "never.png");
    lh_plot_roc(lh_output(L), d, "never.png");
END
driver null
exits "after absent data everything is inert, to the end: 66" 66
says "and the first error is told" err "absent.csv"
is "no file is written" "$(ls never.* 2>/dev/null)" ""
finish
