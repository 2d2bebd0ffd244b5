#!/bin/sh
# gradients_others.sh -- the scripts for PyTorch and Octave derive the network of the notes right.
. "${srcdir:-.}/tests/tap.sh"

python_with numpy
if [ -z "$python" ] || [ ! -x "$build/tests/unit/test_arrays" ]; then
    skip "gradients of other programs" "no python3 with numpy, or tests built without CUnit"
    finish
fi

# A network of three layers and one of two, and its gradients by hand; a file of gradients agrees
# to 1e-13 of the largest element, or tells in which arrays it does not.
cat >hand.py <<'END'
import sys
import numpy as np

def network(sizes, rows=20):
    r = np.random.default_rng(3)
    net = {"X": r.standard_normal((rows, sizes[0])), "y": (r.random((rows, 1)) < 0.5) * 1.0}
    for k, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
        net[f"W{k}"], net[f"b{k}"] = r.standard_normal((a, b)) / a, r.standard_normal((1, b))
    return net

def derive(net):
    k = sum(name[0] == "W" for name in net)
    A, Z, d = [net["X"]], [None], {}
    for i in range(1, k + 1):
        Z.append(A[-1] @ net[f"W{i}"] + net[f"b{i}"])
        A.append(np.maximum(Z[-1], 0))
    z, y = Z[-1], net["y"]
    d["L"] = np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-abs(z))))
    dZ = (1 / (1 + np.exp(-z)) - y) / len(y)
    for i in range(k, 0, -1):
        d[f"dZ{i}"], d[f"dW{i}"], d[f"db{i}"] = dZ, A[i - 1].T @ dZ, dZ.sum(0, keepdims=True)
        if i > 1:
            d[f"dA{i - 1}"] = dZ @ net[f"W{i}"].T
            dZ = d[f"dA{i - 1}"] * (Z[i - 1] > 0)
    return d

if sys.argv[1] == "make":
    np.savez("three.npz", **network([6, 5, 4, 1]))
    np.savez("two.npz", **network([3, 3, 1]))
else:
    d, theirs = derive(np.load(sys.argv[1])), np.load(sys.argv[2])
    wrong = [name for name, right in d.items()
             if right.ndim == 2 and theirs[name].shape != right.shape or
             abs(theirs[name] - right).max() > 1e-13 * abs(right).max()]
    print(" ".join(wrong) or "agree")
END
ok "two networks are made" "$python" hand.py make

if "$python" -c 'import torch' 2>/dev/null; then
    torch() { # NETWORK OPTION...
        net=$1
        shift
        run "$python" "$source/experiments/pytorch/gradients.py" "$net.npz" t.npz "$@"
        exits "PyTorch derives $net $*" 0
        run "$python" hand.py "$net.npz" t.npz
    }
    torch three; is "agrees" "$(cat out)" agree
    torch two; is "agrees with two layers" "$(cat out)" agree
    torch three --literal; is "agrees by way of the sigmoid" "$(cat out)" agree
    torch three --slip=sign; is "a wrong sign is in dW1 alone" "$(cat out)" dW1
    torch two --slip=transposed; is "so is a transposed dW1" "$(cat out)" dW1
    torch three --slip=mean; says "a sum in the place of the mean is everywhere" out "dW3 db3"
    torch three --single; says "32 bits are not 64" out "dW1"
else
    skip "PyTorch" "no PyTorch (apt install python3-torch)"
fi
if have octave && "$build/tests/unit/test_arrays" --copy three.npz three.h5; then
    run octave --no-gui --quiet "$source/experiments/octave/gradients.m" three.h5 o.h5
    ok "Octave: what it saves is read" "$build/tests/unit/test_arrays" --copy o.h5 o.npz
    run "$python" hand.py three.npz o.npz
    is "and agrees" "$(cat out)" agree
else
    skip "Octave" "no octave (apt install octave)"
fi
finish
