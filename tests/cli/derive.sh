#!/bin/sh
# derive.sh -- longhand derive in every form, what it refuses, and what other programs make of it.
. "${srcdir:-.}/tests/tap.sh"

run "$longhand" derive --help
exits "derive --help succeeds" 0
says "it has its usage" out "usage: longhand derive"
says "and examples" out "examples:"

run "$longhand" derive
exits "derive alone succeeds" 0
is "it leaves standard error empty" "$(cat err)" ""
says "it derives the network of the notes" out "beside the lines of the notes"
is "all 22 lines of the notes are there, in order" \
    "$(sed -n 's/^ *\([0-9][0-9]*\)  .*=.*/\1/p' out | tr '\n' ' ')" "$(seq -s ' ' 22) "
ok "a line has its shape and its check" grep '^ *dW2 = A1^T dZ2  *\[16 x 8\]  *[0-9.]* ulp$' out
says "the algebra ends in what is computed" out "= (1/m) ((1 - y) * yhat - y * sigma(-Z3))"
says "and all of it agrees" out "all agree"
cp out notes.txt
run "$longhand" derive notes --format=text --out=-
ok "notes, text and - are what is meant without them" cmp out notes.txt
run "$longhand" derive --literal
exits "the loss to the letter succeeds" 0
says "dZ3 is the chain of the page" out "dZ3 = dyhat * yhat * (1 - yhat)"
says "which collapses" out "= (1/m) (yhat - y)"
# The numbers may differ between machines, the lines not.
formulas() { sed -e 's/  *[0-9.e-]*\( ulp\)*$//' -e 's/  *exact$//' "$1" | grep .; }
if [ -f "$source/docs/derivation.md" ]; then
    awk '/^```/ { inside = !inside; next } inside' "$source/docs/derivation.md" >shown
    formulas shown | sed -n '/^  8 \|^   8 /,$p' >wanted
    formulas out >got
    ok "what docs/derivation.md shows is what is printed" \
        awk 'NR == FNR { all = all $0 "\n"; next } { part = part $0 "\n" }
            END { exit !(FNR > 9 && index(all, part)) }' got wanted
fi
run "$longhand" derive --hidden=5,4,3 --rows=7
exits "another network succeeds" 0
never_says "it has no notes beside it" out "beside the lines"
says "its lines are checked on the rows asked for" out "checked on 7 rows"
run "$longhand" derive --threads=2 --type=f64
exits "a store in double succeeds" 0

for form in txt tex html dot svg; do
    run "$longhand" derive --literal --out="page.$form"
    exits "--out=page.$form succeeds" 0
    ok "and leaves a file" test -s "page.$form"
    is "and nothing on standard output" "$(cat out)" ""
done
is "no temporary file is left" "$(find . -name '*.tmp' | wc -l | tr -d ' ')" 0
run "$longhand" derive --format=latex
ok "LaTeX goes to standard output, too" grep -F 'documentclass' out
run "$longhand" derive --format=svg --out=drawing
ok "--format wins over a name that says nothing" grep '<svg' drawing

run "$longhand" train --epochs=3 --check-rows=0 --plot=none --hidden=6,5 --out=run
run "$longhand" derive run/model.h5
exits "a checkpoint is derived" 0
says "beside the notes when it is their network" out "beside the lines of the notes"
ok "with its own shapes" grep '^ *dW2 = A1^T dZ2  *\[6 x 5\]' out

refuses() { # SENTENCE CODE TEXT ARGUMENTS...
    about=$1 wanted=$2 text=$3
    shift 3
    run "$longhand" derive "$@"
    exits "$about is refused" "$wanted"
    says "$about is told so" err "$text"
    is "$about leaves standard output empty" "$(cat out)" ""
}
refuses "an unknown form" 2 "did you mean latex" --format=latx
refuses "an ending that says nothing" 2 "does not say what to write" --out=page.pdf
refuses "no rows" 2 "at least one row" --rows=0
refuses "a file that is not there" 66 "nowhere.h5" nowhere.h5
refuses "a file that is no checkpoint" 65 "page.txt" page.txt
refuses "the letter of the notes for a checkpoint" 2 "--literal is for the network of the notes" \
    run/model.h5 --literal
refuses "a folder that is not there" 74 "could not be written" --out=no/where.txt
if mkfifo pipe.txt 2>/dev/null; then
    refuses "a pipe that nobody reads" 74 "a program that reads from it to the end" --out=pipe.txt
else
    skip "a pipe that nobody reads is refused" "no pipes here"
fi
if [ "$(id -u)" = 0 ] && mknod disk.txt b 7 250 2>/dev/null; then
    refuses "a disk" 74 "it is no file, and is left alone: name another place" --out=disk.txt
else
    skip "a disk is refused" "not root"
fi
refuses "layers that are no numbers" 2 "sizes of layers" --hidden=a
printf '1,2,0\n3,4,1\n5,7,0\n' >two.csv
run "$longhand" derive run/model.h5 --data=two.csv
ok "data of another width are refused" test "$code" -ne 0

# What other programs say of the files; the names of this driver are as bad as names may be.
cat >names.c <<'EOD'
#include <longhand.h>

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "names");
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W_<&>{}$#^~\\|\"`", lh_cols(d), 3, LH_HE);
    lh_var v = lh_param(t, "w''", 3, 1, LH_HE), b = lh_param(t, "_", 1, 3, LH_HE);
    lh_var A = lh_label(lh_relu(lh_add(lh_matmul(X, W), b)), "\xce\xb1\xef\xbf\xbd@[]*", "", 1);
    lh_var Z = lh_label(lh_matmul(A, v), "alpha2", "", 2);
    lh_var p = lh_label(lh_sigmoid(Z), "p_hat", "", 3);
    lh_var L = lh_label(lh_bce(p, y), "L'", "", 4);

    lh_derive(L, d, 8, NULL, "names.tex");
    lh_derive(L, d, 8, NULL, "names.html");
    lh_derive(L, d, 8, NULL, "names.svg");
    lh_derive(L, d, 8, NULL, "names.dot");
    return lh_close(c);
}
EOD
ok "a driver with names of all characters compiles" compile names
run ./names --quiet
exits "and derives" 0

typeset_it() { # NAME
    pdflatex -interaction=nonstopmode -halt-on-error "$1.tex" >"$1.said" 2>&1 &&
        pdflatex -interaction=nonstopmode -halt-on-error "$1.tex" >"$1.said" 2>&1 &&
        test -s "$1.pdf" && ! grep -e '^Overfull' -e 'Missing character' "$1.said"
}
for name in page names; do
    if have pdflatex; then
        ok "pdflatex sets $name.tex, and nothing sticks out" typeset_it $name
    else
        skip "pdflatex sets $name.tex, and nothing sticks out" "no pdflatex"
    fi
    for form in html svg; do
        if have xmllint; then
            ok "xmllint finds $name.$form well-formed" xmllint --noout --nonet "$name.$form"
        elif have python3; then
            ok "python3 finds $name.$form well-formed" python3 -c \
                'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$name.$form"
        else
            skip "$name.$form is well-formed" "neither xmllint nor python3"
        fi
    done
    if have dot; then
        ok "graphviz reads $name.dot" dot -Tsvg -o "$name.dot.svg" "$name.dot"
    else
        skip "graphviz reads $name.dot" "no graphviz"
    fi
done
never_says "the HTML needs nothing from elsewhere" page.html 'src=\|href=\|<script\|@import\|url(http'
if [ -c /dev/full ]; then
    code=0
    "$longhand" derive >/dev/full 2>err || code=$?
    is "a full device fails derive" "$((code != 0))" 1
else
    skip "a full device fails derive" "no /dev/full"
fi

# The rule by which a network was trained.
run "$longhand" train --check-rows=0 --plot=none --epochs=1 --momentum=0.9 --hidden=2 --out=moved
run "$longhand" derive moved/model.h5
exits "a network that was trained with momentum is derived" 0
says "its velocity is there" out ":= mu vW1 + dW1"
says "and moves the parameter" out ":= W1 - alpha vW1"
never_says "plain descent is not" out "alpha dW1"
finish
