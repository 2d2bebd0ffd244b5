#!/bin/sh
# ops_others.sh -- PyTorch's values and gradients in double are those of every op.
. "${srcdir:-.}/tests/tap.sh"

python_with torch
if [ -z "$python" ] || [ ! -x "$build/tests/ops/test_written" ]; then
    skip "ops in PyTorch" "no python3 with torch, or tests built without CUnit"
    finish
fi

cat >compare.py <<'END'
import json
import sys
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

# What each op is in PyTorch; k is the case.
reference = {
    "matmul": lambda k, a, b: a @ b,
    "add": lambda k, a, b: a + b,
    "relu": lambda k, a: torch.relu(a),
    "sigmoid": lambda k, a: torch.sigmoid(a),
    "bce": lambda k, a, y: F.binary_cross_entropy(a, y, reduction="sum") / k["m"],
    "bce_logits":
        lambda k, a, y: F.binary_cross_entropy_with_logits(a, y, reduction="sum") / k["m"],
    # Of one column nothing but beta is left, where PyTorch rounds.
    "layer_norm": lambda k, a, g, b: 0 * a * g + b if a.shape[1] == 1 else
        F.layer_norm(a, a.shape[1:], g[0], b[0], k["numbers"][0]),
    "gather": lambda k, a, i: a[i[:, 0].long()],
    "weighted_bce": lambda k, a, y, w:
        F.binary_cross_entropy(a, y, w.expand(a.shape), reduction="sum") / k["m"],
    "weighted_bce_logits": lambda k, a, y, w:
        F.binary_cross_entropy_with_logits(a, y, w.expand(a.shape), reduction="sum") / k["m"],
    "weighted_mse": lambda k, a, y, w: (w * (a - y) ** 2).sum() / k["m"],
    "sub": lambda k, a, b: a - b,
    "mul": lambda k, a, b: a * b,
    "div": lambda k, a, b: a / b,
    "min": lambda k, a, b: torch.minimum(a, b),
    "max": lambda k, a, b: torch.maximum(a, b),
    "neg": lambda k, a: -a,
    "exp": lambda k, a: torch.exp(a),
    "log": lambda k, a: torch.log(a),
    "sqrt": lambda k, a: torch.sqrt(a),
    "square": lambda k, a: torch.square(a),
    "abs": lambda k, a: torch.abs(a),
    "tanh": lambda k, a: torch.tanh(a),
    "softplus": lambda k, a: F.softplus(a, threshold=1e9),
    "leaky_relu": lambda k, a: F.leaky_relu(a, k["numbers"][0]),
    "elu": lambda k, a: F.elu(a, k["numbers"][0]),
    "silu": lambda k, a: F.silu(a),
    "gelu": lambda k, a: F.gelu(a),
    "gelu_tanh": lambda k, a: F.gelu(a, approximate="tanh"),
    "clip": lambda k, a: torch.clamp(a, *k["numbers"]),
    # The mask is ours.
    "dropout": lambda k, a: a * (array(k["value"]) != 0) / (1 - k["numbers"][0]),
    "transpose": lambda k, a: a.T,
    "sum": lambda k, a: a.sum(),
    "sum_rows": lambda k, a: a.sum(0),
    "sum_cols": lambda k, a: a.sum(1),
    "mean": lambda k, a: a.mean(),
    "mean_rows": lambda k, a: a.mean(0),
    "mean_cols": lambda k, a: a.mean(1),
    "concat": lambda k, a, b: torch.cat([a, b], 1),
    "slice": lambda k, a: a[:, int(k["numbers"][0]):int(k["numbers"][1])],
    "mse": lambda k, a, y: F.mse_loss(a, y, reduction="sum") / k["m"],
    "softmax": lambda k, a: torch.softmax(a, 1),
    "softmax_ce": lambda k, a, y: -(y * F.log_softmax(a, 1)).sum() / k["m"],
    "softmax_ce_classes":
        lambda k, a, y: F.cross_entropy(a, y.flatten().long(), reduction="sum") / k["m"],
}

def array(a):
    return torch.tensor(a["at"], dtype=torch.float64).reshape(a["shape"])

def off(ours, theirs):
    if theirs.numel() == 0:
        return 0.0
    scale = float(theirs.abs().max()) or 1.0
    return float((ours - theirs).abs().max()) / max(scale, 1e-300)

worst, count, wrong, names = 0.0, 0, 0, set()
for line in open(sys.argv[1]):
    k = json.loads(line)
    names.add(k["op"])
    if k["op"] not in reference:
        continue
    given = [array(k[str(i)]).requires_grad_(f"d{i}" in k) for i in range(k["operands"])]
    out = reference[k["op"]](k, *given)
    here = off(array(k["value"]), out.detach().reshape(k["value"]["shape"]))
    (out.reshape(k["value"]["shape"]) * array(k["cotangent"])).sum().backward()
    for i, x in enumerate(given):
        if x.requires_grad:
            g = torch.zeros(x.shape) if x.grad is None else x.grad
            here = max(here, off(array(k[f"d{i}"]), g))
    worst, count = max(worst, here), count + 1
    if not here <= 1e-12:
        wrong += 1
        print(f"{k['op']}, {k['why']}: {here:.3g} of the largest element")
missing = sorted(names - set(reference))
print(f"{len(names)} ops, {count} cases, {wrong} beyond 1e-12, the worst {worst:.3g};",
      "nothing to compare with:", " ".join(missing) or "none")
sys.exit(wrong > 0 or len(missing) > 0 or count < 20)
END

LONGHAND_OPS=$PWD/ops.txt "$build/tests/ops/test_written" >written 2>&1
ok "the cases of every op are written" [ -s ops.txt ]
run "$python" compare.py ops.txt
exits "PyTorch has the same values and gradients, to 1e-12 of the largest element" 0
sed 's/^/# /' out
finish
