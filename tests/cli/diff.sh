#!/bin/sh
# diff.sh -- longhand diff tells what differs between two checkpoints, and its exit code that.
. "${srcdir:-.}/tests/tap.sh"

quick="--check-rows=0 --plot=none --quiet"
make() { # FOLDER OPTIONS...
    folder=$1
    shift
    "$longhand" train $quick --out="$folder" "$@" >out 2>err || result 1 "training into $folder"
}
make a --epochs=3
make again --epochs=3 --threads=1
make longer --epochs=4
make other --epochs=3 --hidden=8
make adam --epochs=3 --optimizer=adam --rate=0.002
make wide --epochs=3 --type=f64

run "$longhand" diff a/model.h5 a/model.h5
exits "a file beside itself is equal" 0
says "and is said to be" out "equal, "
run "$longhand" diff a/model.h5 again/model.h5
exits "other threads and another time make no difference" 0
says "they are named" out "but for the provenance (threads"
run "$longhand" diff --quiet a/model.h5 again/model.h5
is "--quiet prints nothing" "$(cat out err)" ""

run "$longhand" diff a/model.h5 longer/model.h5
exits "a run that went on differs" 1
is "on standard error there is nothing" "$(cat err)" ""
says "the epochs are told" out "  epoch  - 3  + 4"
ok "its parameters are, element by element" grep -E '^  parameters/W1  [0-9]+ of 480 differ$' out
ok "in ulps and as numbers" grep -E '^    by at most [0-9]+ ulps, [0-9.e-]+$' out
ok "the first with its place" grep -E '^    the first at \([0-9]+, [0-9]+\)$' out
ok "and both values, in hexadecimal too" grep -E '^    \+ -?[0-9.e-]+ +-?0x1\.[0-9a-f]+p[-+][0-9]+$' out
says "the history is longer" out "  history/loss  - 3  + 4 numbers;  0 of 3 differ"
never_says "of the network nothing is told" out '^network$'
ok "it fits a terminal" not grep -E '^.{81}' out
run "$longhand" diff --quiet a/model.h5 longer/model.h5
exits "--quiet has the same exit code" 1
is "and prints nothing, again" "$(cat out err)" ""

run "$longhand" diff a/model.h5 other/model.h5
exits "another network differs" 1
ok "its lines stand below each other" sh -c "grep -A1 -F -- '- W1 = param [30 x 16] he' out |
    grep -F -- '+ W1 = param [30 x 8] he'"
ok "and its options" sh -c "grep -A1 -F -- '- hidden=16,8' out | grep -F -- '+ hidden=8'"
says "and its shapes" out "  parameters/W1  - [30 x 16]  + [30 x 8]"
run "$longhand" diff a/model.h5 other/model.h5 --most=2
says "of much it shows what was asked for" out "  ... and 23 more"
run "$longhand" diff a/model.h5 adam/model.h5
says "another optimiser is told" out "  rule  - sgd  + adam"
says "and what it keeps" out "  optimizer/slots/mean/W1  + alone has it"
run "$longhand" diff a/model.h5 wide/model.h5
exits "another type differs" 1
says "as a type" out "  type  - f32  + f64"
says "and in steps of the coarser one" out "ulps of f32"
for version in 1 2; do
    old=$source/tests/version$version.h5
    run "$longhand" diff "$old" "$old"
    exits "a file of version $version is compared" 0
done

cp a/model.h5 flipped.h5
printf 'x' | dd of=flipped.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null
run "$longhand" diff a/model.h5 flipped.h5
exits "a damaged file is bad data" 65
says "and is named" err "flipped.h5 is damaged"
is "nothing is compared" "$(cat out)" ""
run "$longhand" diff missing.h5 a/model.h5
exits "a missing file is told by its exit code" 66
run "$longhand" diff a/model.h5
exits "one file is a usage error" 2
says "which says what is wanted" err "longhand diff A.h5 B.h5"
run "$longhand" diff a/model.h5 a/model.h5 --most=-1
exits "a negative number is one, too" 2
finish
