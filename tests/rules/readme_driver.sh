#!/bin/sh
# readme_driver.sh -- the first C block of README.md compiles as it stands, and runs.
. "${srcdir:-.}/tests/tap.sh"

awk '/^```c *$/ && !done { on = 1; next } /^```/ { if (on) done = 1; on = 0 } on' \
    "$source/README.md" >first.c
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
finish
