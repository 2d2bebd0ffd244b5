#!/bin/sh
# readme_driver.sh -- the C blocks of README.md compile as they stand, and run.
. "${srcdir:-.}/tests/tap.sh"

# block N: the Nth C block.
block() { awk -v n="$1" '/^```c *$/ { on = ++count == n; next } /^```/ { on = 0 } on' "$source/README.md"; }

block 1 >first.c
ok "README.md has a driver" grep 'int main' first.c
lines=$(wc -l <first.c | tr -d ' ')
ok "it has 45 lines at most ($lines)" test "$lines" -le 45
ok "it compiles without a warning" compile first
run ./first
exits "it runs with its defaults and succeeds" 0
says "the ledger is on standard output" out "Gradient ledger"
ok "all gradients agree" grep '^\([0-9]*\) of \1 gradients agree' out
ok "it tells its result" grep "^held out: accuracy 0\\.9" out
says "the derivation of the driver stands in the ledger" out "dW3"
ok "it leaves first.h5" test -s first.h5
ok "it leaves the script of its figure" test -s first.gp
run "$longhand" inspect first.h5
exits "its checkpoint can be inspected" 0
run ./first --help
exits "its --help succeeds" 0
says "its --help has its option" out "--hidden=N"
run ./first --hidden=4 --quiet
exits "it takes its option" 0

# A wrong derivation is not let through.
sed 's/+= A2/-= A2/' first.c >wrong.c
ok "the driver with a wrong sign differs" not cmp -s first.c wrong.c
ok "and compiles" compile wrong
rm -f first.h5
run ./wrong
exits "a wrong sign in the derivation ends with 1" 1
ok "and nothing is trained or saved" test ! -e first.h5
# The lines in place of the functions, and in place of some of them lines of one's own.
block 2 >lines
block 3 >own
ok "README.md has lines ($(wc -l <lines | tr -d ' '))" test "$(wc -l <lines)" -eq 7
ok "and lines of one's own ($(wc -l <own | tr -d ' '))" test "$(wc -l <own)" -eq 2
with() { # FILE: first.c with its lines; what they name by text has no variable in C.
    awk -v lines="$1" '/lh_(input|param)\(/ { gsub(/(lh_var )?[XyWb][0-9]? *= lh_/, "lh_") }
        !/^    lh_let\(/ { print; next }
        !done { done = 1; while ((getline text <lines) > 0) print text }' first.c
}
with lines >lined.c
awk 'NR == FNR { split($0, part, "\""); split(part[2], word, " "); own[word[1]] = $0; next }
    { split($0, part, "\""); split(part[2], word, " "); print word[1] in own ? own[word[1]] : $0 }' \
    own lines >mixed
with mixed | sed '/lh_hand(/d; /^static void hand_W3/,/^}/d' >owned.c
for one in first lined owned; do
    ok "$one.c compiles without a warning" compile $one
    rm -f first.h5
    run ./$one --reproducible --quiet --plot=none
    exits "it runs and succeeds" 0
    ok "its gradients agree" grep '^\([0-9]*\) of \1 gradients agree' out
    mv first.h5 made-by-$one
done
ok "lines make the bytes that functions make" cmp made-by-first made-by-lined
ok "a loss of one's own makes others" not cmp -s made-by-first made-by-owned
finish
