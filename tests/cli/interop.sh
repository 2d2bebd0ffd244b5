#!/bin/sh
# interop.sh -- gradients of PyTorch and of our tape are one: 50 random networks, in double.
. "${srcdir:-.}/tests/tap.sh"

script=$source/experiments/pytorch/gradients.py
python=
for one in python3 /usr/bin/python3; do
    if "$one" -c 'import numpy, torch' 2>/dev/null; then
        python=$one
        break
    fi
done
if [ -z "$python" ]; then
    skip "50 networks have PyTorch's gradients to 1e-12" "no python3 with torch and numpy (python3-torch)"
    finish
    exit 0
fi

# Sizes that depend on the number of the network alone.
hidden() {
    case $(($1 % 4)) in
    0) echo "$((1 + $1 % 13))" ;;
    1) echo "$((2 + $1 % 23)),$((1 + $1 % 7))" ;;
    2) echo "$((3 + $1 % 17)),$((1 + $1 % 11)),$((2 + $1 % 5))" ;;
    *) echo "" ;;
    esac
}

# network N: trained a little, so that it is no first guess, and its arrays.
network() {
    "$longhand" train --seed="$1" --type=f64 --hidden="$(hidden "$1")" --epochs=2 --check-rows=0 \
        --plot=none --quiet --out="run$1" >out 2>err &&
        "$longhand" check "run$1/model.h5" --rows=$((1 + $1 * 7 % 90)) --budget=0.01 --ledger="in$1.npz" \
            >out 2>err
}

files= made=0
for n in $(seq 1 50); do
    network "$n" && made=$((made + 1)) && files="$files in$n.npz out$n.npz"
done
ok "50 networks are made, checked and written" test "$made" -eq 50
run "$python" "$script" $files
ok "PyTorch works their gradients" test "$code" -eq 0
agree=0 rows=0 worst=0
for n in $(seq 1 50); do
    run "$longhand" check "run$n/model.h5" "out$n.npz" --budget=0.01
    [ "$code" -eq 0 ] && agree=$((agree + 1)) || sed 's/^/# /' err
    rows=$((rows + $(grep -c ' agree' out)))
    awk '/ agree$/ { print $(NF - 1) }' out >>relative
done
ok "all of them agree within their bounds ($agree networks, $rows gradients)" test "$agree" -eq 50 -a "$rows" -gt 400
worst=$(sort -g relative | tail -n 1)
ok "to 1e-12 of the largest element (at most $worst)" awk -v x="$worst" 'BEGIN { exit !(x + 0 <= 1e-12) }'

# A slip has its name.
for slip in sign:SIGN mean:SCALE transposed:TRANSPOSED; do
    run "$python" "$script" --slip="${slip%:*}" in2.npz slip.npz
    run "$longhand" check run2/model.h5 slip.npz --budget=0.01
    ok "--slip=${slip%:*} ends with 1" test "$code" -eq 1
    says "and is called ${slip#*:}" out "${slip#*:}"
done
finish
