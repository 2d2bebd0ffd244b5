#!/bin/sh
# pages.sh -- a network as lines of mathematics: the page of the notes in a file, and others.
. "${srcdir:-.}/tests/tap.sh"

page=$source/experiments/page.txt
numbers() { sed -n '/tape sha256/p; /^network/,/^optimizer/p' "$1"; }

run "$longhand" check --page="$page"
exits "the page of the notes is checked" 0
says "all of its gradients agree" out "12 of 12 gradients agree"
run "$longhand" train --page="$page" --out=typed --epochs=12 --plot=none --reproducible
exits "and trained" 0
says "with its figures on the rows held out" out "142 rows held out: accuracy"
run "$build/experiments/notes" --out=derived --epochs=12 --plot=none --reproducible
exits "the same network recorded with functions trains" 0
ok "both have the same history to the last bit" cmp typed/history.csv derived/history.csv
run "$longhand" inspect typed/model.h5
numbers out >typed.txt
run "$longhand" inspect derived/notes.h5
numbers out >derived.txt
ok "and the same digest, nodes and parameters" cmp typed.txt derived.txt
ok "of which there are some" grep -c sha256 typed.txt
run "$longhand" train --page="$page" --out=typed --epochs=20 --plot=none --reproducible \
    --resume=typed/model.h5
exits "a run of a page goes on" 0
run "$longhand" eval typed/model.h5
exits "its checkpoint is evaluated" 0
run "$longhand" derive --page="$page"
exits "a page is derived" 0
says "beside the lines of the notes" out "beside the lines of the notes"

cat >own.txt <<'END'
# A gated layer, and a loss that nobody has built in.
X: m x 30
y: m x 1
W: 30 x 4, he
beta: 1 x 1, he
u: 4 x 1, glorot

A gated layer
1. Z = X W
2. A = g(Z) * sigma(beta * Z), g = tanh
3. p = sigma(A u)

Loss
4. L = (1/m) sum over the m samples of ( [y > 0.5] * (1 - p)^2 + [y <= 0.5] p^2 ) + 0.001 sum(W^2)
END
run "$longhand" check --page=own.txt
exits "a page of one's own is checked" 0
run "$longhand" derive --page=own.txt
exits "and derived" 0
says "each line is what the tape computes" out "all agree"
for isa in portable auto; do
    run "$longhand" train --page=own.txt --out=own-$isa --epochs=4 --plot=none --isa=$isa \
        --threads=1 --reproducible
    exits "it trains on $isa code" 0
    says "and tells its loss" out "142 rows held out: loss"
done
run "$longhand" train --page=own.txt --out=own-two --epochs=4 --plot=none --threads=2 --reproducible
ok "to the same checkpoint, whatever the instruction set" cmp own-portable/model.h5 own-auto/model.h5
ok "and the threads" cmp own-portable/model.h5 own-two/model.h5
run "$longhand" train --page=own.txt --out=own-on --epochs=2 --plot=none --reproducible
run "$longhand" train --page=own.txt --out=own-on --epochs=4 --plot=none --reproducible \
    --resume=own-on/model.h5
ok "it goes on to the same history" cmp own-on/history.csv own-two/history.csv
run "$longhand" check own-two/model.h5
exits "its checkpoint is checked" 0
run "$longhand" inspect own-two/model.h5
ok "a checkpoint shows its formulas" \
    grep -F 'A = "tanh(#1) * sigma(#2 * #1)"(Z, beta) [m x 4]' out

sed 's/sigma(A u)/sigma(u A)/' own.txt >wrong.txt
for verb in check train derive; do
    run "$longhand" $verb --page=wrong.txt
    exits "$verb of a page that does not fit fails" 70
    says "$verb tells the line" err "wrong.txt:11: [4 x 1] beside [m x 4] is neither"
    ok "$verb marks the place" grep '^  *^ *$' err
done
run "$longhand" check --page=nowhere.txt
exits "a page that is not there is no input" 66
run "$longhand" check own-two/model.h5 --page=own.txt
exits "a checkpoint and a page are one too many" 2
finish
