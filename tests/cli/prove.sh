#!/bin/sh
# prove.sh -- longhand check --exact: the page's derivation is proved, and slips are refuted where
# they stand, and nowhere else.
. "${srcdir:-.}/tests/tap.sh"
page=$source/experiments/page.txt

run "$longhand" check --page="$page" --exact=only
exits "the page of the notes is proved" 0
is "lines 8 to 22 of it, in order" "$(awk '$1 ~ /^[0-9]+$/ && $3 ~ /=/ && !seen[$1]++ { printf "%s ", $1 }' out)" \
    "$(seq -s ' ' 8 22) "
is "each step of 10 and 11" "$(grep -cE '^ {7}= .* proved$' out)" 6
says "all of it" out "26 of 26 proved, 0 refuted, 0 not decided"
is "it leaves standard error empty" "$(cat err)" ""
cp out first
run "$longhand" check --page="$page" --exact=only --threads=1 --seed=9
ok "it is said again, whatever the seed" cmp first out
run "$longhand" check --page="$page" --rows=4
exits "beside the ledger" 0
says "which agrees" out "gradients agree"
says "it is proved, too" out "26 of 26 proved"
run "$longhand" check --page="$page" --exact=no
never_says "but not where nobody wants it" out "proved"
run "$longhand" train --page="$page" --epochs=1 --plot=none --progress=none --out=trained
exits "the page trains as before" 0

# LINE|WHAT STANDS THERE|A SLIP|WHAT IT SAYS WOULD BE RIGHT (nothing: it is not asked)
cat >slips <<'END'
8|-y/yhat + (1-y)/(1-yhat)|y/yhat + (1-y)/(1-yhat)|-y/yhat + (1 - y)/(1 - yhat)
8|-y/yhat + (1-y)/(1-yhat)|-y/yhat - (1-y)/(1-yhat)|-y/yhat + (1 - y)/(1 - yhat)
8|-y/yhat + (1-y)/(1-yhat)|-y/yhat + (1-y)/(1+yhat)|-y/yhat + (1 - y)/(1 - yhat)
8|-y/yhat + (1-y)/(1-yhat)|(-y/yhat + (1-y)/(1-yhat))/m|-y/yhat + (1 - y)/(1 - yhat)
8|-y/yhat + (1-y)/(1-yhat)|-y/A2 + (1-y)/(1-yhat)|-y/yhat + (1 - y)/(1 - yhat)
9|1/(1+e^-x)|1/(1+e^x)|1/(1 + e^(-x))
9|1/(1+e^-x)|1/(1-e^-x)|1/(1 + e^(-x))
10|-(1+e^-x)^-2 (-e^-x)|(1+e^-x)^-2 (-e^-x)|-(1 + e^(-x))^-2 (-e^(-x))
10|-(1+e^-x)^-2 (-e^-x)|-(1+e^-x)^-1 (-e^-x)|-(1 + e^(-x))^-2 (-e^(-x))
10|e^-x/(1+e^-x)^2|e^-x/(1+e^-x)|e^(-x)/(1 + e^(-x))^2
10|sigma(x)(1-sigma(x))|sigma(x)(1+sigma(x))|sigma(x) (1 - sigma(x))
10|sigma(x)(1-sigma(x))|sigma(x) sigma(x)|
11|= yhat - y|= y - yhat|yhat - y
11|= yhat - y|= yhat|yhat - y
11|= yhat - y|= (yhat - y)/m|yhat - y
11|* yhat(1-yhat)|* (1-yhat)|(-y/yhat + (1 - y)/(1 - yhat)) * (1 - yhat) * yhat
11|* yhat(1-yhat)|* yhat(1+yhat)|(-y/yhat + (1 - y)/(1 - yhat)) * yhat (1 - yhat)
11|dL/dyhat * dyhat/dZ3|dL/dyhat|dL/dyhat * g3'(Z3)
12|A2^T.dL/dZ3|A1^T.dL/dZ3|A2^T.dL/dZ3
12|A2^T.dL/dZ3|A2.dL/dZ3|A2^T.dL/dZ3
12|A2^T.dL/dZ3|-A2^T.dL/dZ3|A2^T.dL/dZ3
12|A2^T.dL/dZ3|dL/dZ3.A2^T|A2^T.dL/dZ3
12|A2^T.dL/dZ3|Z2^T.dL/dZ3|A2^T.dL/dZ3
13|dL/dZ3 . 1, summed over the rows|dL/dZ3|sum_i (dL/dZ3)_i
13|dL/dZ3 . 1|dL/dZ2 . 1|dL/dZ3.1, over the rows
14|dL/dZ3 . W3^T|dL/dZ3 . W3|dL/dZ3.W3^T
14|dL/dZ3 . W3^T|W3^T . dL/dZ3|dL/dZ3.W3^T
14|dL/dZ3 . W3^T|-dL/dZ3 . W3^T|dL/dZ3.W3^T
15|dL/dA2 * g2'(Z2)|dL/dA2|dL/dA2 * g1'(Z2)
15|dL/dA2 * g2'(Z2)|dL/dA2 * g2'(A2) * 2|dL/dA2 * g2'(A2)
15|dL/dA2 * g2'(Z2)|dL/dA2 * g2'(Z1)|dL/dA2 * g2'(Z2)
15|dL/dA2 * g2'(Z2)|dL/dA2 * g3'(Z2)|dL/dA2 * g1'(Z2)
16|A1^T.dL/dZ2|A2^T.dL/dZ2|A1^T.dL/dZ2
16|A1^T.dL/dZ2|X^T.dL/dZ2|A1^T.dL/dZ2
16|A1^T.dL/dZ2|A1^T.dL/dA2|A1^T.dL/dZ2
17|dL/dZ2 summed over the rows|dL/dA2 summed over the rows|dL/dZ2, over the rows
18|dL/dZ2 . W2^T|dL/dZ2 . W2|dL/dZ2.W2^T
18|dL/dZ2 . W2^T|dL/dA2 . W2^T|dL/dZ2.W2^T
19|dL/dA1 * g1'(Z1)|dL/dA1|dL/dA1 * g1'(Z1)
19|dL/dA1 * g1'(Z1)|dL/dA1 * Z1|dL/dA1 * g1'(Z1)
20|X^T.dL/dZ1|X^T.dL/dZ1 * 2|X^T.dL/dZ1
20|X^T.dL/dZ1|(X^T.dL/dZ1)/m|X^T.dL/dZ1
21|dL/dZ1 summed over the rows|-dL/dZ1 summed over the rows|dL/dZ1, over the rows
22|theta - alpha dL/dtheta|theta + alpha dL/dtheta|W3 - alpha dL/dW3
22|theta - alpha dL/dtheta|theta - dL/dtheta|
END

# slipped N: the page with the N-th slip of each line that has as many; what was done in done.
slipped() {
    awk -F'|' -v wanted="$1" '
        FILENAME == "slips" {
            if (++seen[$1] == wanted) { from[$1] = $2; to[$1] = $3; right[$1] = $4 }
            next
        }
        {
            n = $0
            sub(/\..*/, "", n)
            at = n in from ? index($0, from[n]) : 0
            if (at) {
                $0 = substr($0, 1, at - 1) to[n] substr($0, at + length(from[n]))
                print n "|" right[n] >"done"
            }
            print
        }' slips FS='\n' "$page" >slipped.txt
}

tried=0
for n in 1 2 3 4 5 6; do
    rm -f done
    slipped $n
    tried=$((tried + $(wc -l <done)))
    run "$longhand" check --page=slipped.txt --exact=only
    exits "slips are refuted ($n)" 1
    # The number of a line stands at its first step.
    awk '/^ *[0-9]+  /  { number = $1 } / refuted(:|$)/ { print number }' out | uniq | tr '\n' ' ' >got
    is "at their own lines, and at no other ($n)" "$(cat got)" "$(cut -d'|' -f1 done | tr '\n' ' ')"
    says "none is left undecided ($n)" out " 0 not decided"
    cut -d'|' -f2 done | grep . | while read -r right; do
        grep -qF "right is $right" out || echo "$right"
    done >missed
    is "with what would be right ($n)" "$(cat missed)" ""
done
is "all 45 slips were tried" "$tried" 45

# Other pages.
network='X: m x 3
y: m x 1
W: 3 x 4, glorot
V: 4 x 1, glorot'
printf '%s\n' "$network" 'H = tanh(X W)' 'Z = H V' 'L = (1/m) sum((Z - y)^2)' \
    'dL/dZ = 2 (Z - y)/m' 'dL/dV = H^T . dL/dZ' 'dL/dH = dL/dZ . V^T' \
    "dL/dW = X^T . (dL/dH * (1 - H^2))" >batch.txt
run "$longhand" check --page=batch.txt --exact=only --per-sample=no
exits "a page over a batch is proved with --per-sample=no" 0
run "$longhand" check --page=batch.txt --exact=only
exits "and is none of one sample" 1
says "where 1/m is what is too much" out "right is 2 (Z - y)"
printf '%s\n' "$network" 'H = tanh(sigma(exp(sigma(X W))))' 'Z = H V' \
    'L = (1/m) sum((Z - y)^2)' 'dL/dZ = 2 (Z - y)' 'dL/dV = H^T . dL/dZ' >deep.txt
run "$longhand" check --page=deep.txt --exact=only
exits "functions within functions" 0
printf '%s\n' "$network" 'Z = dropout(tanh(X W), 0.5) V' 'L = (1/m) sum((Z - y)^2)' \
    'dL/dZ = 2 (Z - y)' >undecided.txt
run "$longhand" check --page=undecided.txt --exact=only
exits "what has no law is not decided" 4
says "with the reason" out "not decided: "
printf '%s\n' "$network" 'Z = tanh(X W) V' 'L = (1/m) sum((Z - y)^2)' 'dL/dZ = 2 (Z - y' >open.txt
run "$longhand" check --page=open.txt --exact=only
exits "a line that cannot be read is a usage error" 2
says "at its place" err "open.txt:7: this bracket is never closed"
printf '%s\n' "$network" 'Z = tanh(X W) V' 'L = (1/m) sum((Z - y)^2)' 'dL/dQ = Z' >unknown.txt
run "$longhand" check --page=unknown.txt --exact=only
exits "a derivative by what is not there is refuted" 1
says "and named" out "Q is no variable of the page"
printf '%s\n' "$network" 'Z = tanh(X W) V' 'L = (1/m) sum((Z - y)^2)' >none.txt
run "$longhand" check --page=none.txt --exact=only
exits "--exact=only without a derivation is a usage error" 2
run "$longhand" check --exact=only
exits "so it is without a page" 2
finish
