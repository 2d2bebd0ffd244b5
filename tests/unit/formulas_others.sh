#!/bin/sh
# formulas_others.sh -- PyTorch's values and gradients of formulas in double are those of lines.
. "${srcdir:-.}/tests/tap.sh"

python_with torch
if [ -z "$python" ] || [ ! -x "$build/tests/unit/test_formulas" ]; then
    skip "formulas in PyTorch" "no python3 with torch, or tests built without CUnit"
    finish
fi

cat >compare.py <<'END'
import json
import sys
import torch

torch.set_default_dtype(torch.float64)
names = {"tanh": torch.tanh, "sigma": torch.sigmoid, "erf": torch.erf, "exp": torch.exp,
         "log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "abs": torch.abs,
         "mx": lambda x, y: torch.maximum(*tensors(x, y)),
         "mn": lambda x, y: torch.minimum(*tensors(x, y)),
         "above": lambda x, y: (torch.sub(*tensors(x, y)) > 0).double(),
         "zero": torch.zeros(())}

def tensors(x, y):
    return torch.as_tensor(x, dtype=torch.float64), torch.as_tensor(y, dtype=torch.float64)

def tensor_functions():
    for name in ("tanh", "sigma", "erf", "exp", "log", "log1p", "sqrt", "abs"):
        f = names[name]
        names[name] = lambda x, f=f: f(torch.as_tensor(x, dtype=torch.float64))

def off(ours, theirs):
    if ours.numel() == 0: # no gradient reaches it
        ours = torch.zeros(theirs.shape)
    theirs = theirs.expand(ours.shape) if theirs.dim() < 2 else theirs
    scale = float(theirs.abs().max()) or 1.0
    return float((ours - theirs).abs().max()) / scale

tensor_functions()
worst, count, wrong = 0.0, 0, 0
for line in open(sys.argv[1]):
    k = json.loads(line)
    given = {n: torch.tensor(k[n], dtype=torch.float64, requires_grad=n != "w") for n in "abrcsw"}
    F = torch.as_tensor(eval(k["python"], {**names, **given}))
    nothing = 0 * sum(given[n].sum() for n in "abrcs") # a step depends on none of them
    ((F * given["w"]).sum() + nothing).backward()
    here = off(torch.tensor(k["F"], dtype=torch.float64), F.detach())
    for n in "abrcs":
        here = max(here, off(torch.tensor(k["d" + n], dtype=torch.float64), given[n].grad))
    worst, count = max(worst, here), count + 1
    if not here <= 1e-12:
        wrong += 1
        print(f"{k['python']}: {here:.3g} of the largest element")
print(f"{count} formulas, {wrong} beyond 1e-12, the worst {worst:.3g}")
sys.exit(wrong > 0 or count < 230)
END

LONGHAND_FORMULAS=$PWD/formulas.txt "$build/tests/unit/test_formulas" "formulas are written" >written 2>&1
ok "230 formulas are written" [ -s formulas.txt ]
run "$python" compare.py formulas.txt
exits "PyTorch has the same values and gradients, to 1e-12 of the largest element" 0
sed 's/^/# /' out
finish
