#!/bin/sh
# optim_others.sh -- PyTorch moves parameters, in double, to where each optimiser and schedule does.
. "${srcdir:-.}/tests/tap.sh"

python_with torch
if [ -z "$python" ]; then
    skip "optimisers in PyTorch" "no python3 with torch"
    finish
    exit
fi

cat >compare.py <<'END'
import json
import math
import sys
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
case = json.loads("{" + open(sys.argv[1]).read() + "}")
options = dict(o[2:].partition("=")[::2] for o in sys.argv[2:])
rule, schedule = options.get("optimizer", "sgd"), options.get("schedule", "constant")
get = lambda name, otherwise: float(options.get(name, otherwise))
each = 4   # steps of an epoch
steps = len(case["steps"]) - 1

def tensor(values, rows):
    return torch.tensor(values, dtype=torch.float64).reshape(rows if rows > 0 else 1, -1)

X, y = tensor(case["X"], 24), tensor(case["y"], 24)
theta = [tensor(case["steps"][0][n], r).requires_grad_() for n, r in
         (("W1", 5), ("b1", 1), ("W2", 4), ("b2", 1))]
rate, decay = get("rate", 0.1), get("decay", 0.01 if rule == "adamw" else 0)
make = {
    "sgd": lambda: torch.optim.SGD(theta, rate, weight_decay=decay),
    "momentum": lambda: torch.optim.SGD(theta, rate, momentum=0.9, weight_decay=decay),
    "nesterov": lambda: torch.optim.SGD(theta, rate, momentum=0.9, nesterov=True,
                                        weight_decay=decay),
    "adagrad": lambda: torch.optim.Adagrad(theta, rate, eps=1e-10, weight_decay=decay),
    "rmsprop": lambda: torch.optim.RMSprop(theta, rate, alpha=0.99, eps=1e-8, weight_decay=decay),
    "adam": lambda: torch.optim.Adam(theta, rate, weight_decay=decay),
    "adamw": lambda: torch.optim.AdamW(theta, rate, weight_decay=decay),
    "rprop": lambda: torch.optim.Rprop(theta, rate),
    "lbfgs": lambda: torch.optim.LBFGS(theta, rate, max_iter=1, history_size=int(get("pairs", 10))),
}
optimizer = make[rule]()
warm, whole = int(get("warm-up", 0)), steps // each
lr = torch.optim.lr_scheduler
epochs = int(get("schedule-epochs", 0))
# The driver's epochs are its own: a schedule moves at their ends.
scheduler = {
    "constant": lambda: None,
    "step": lambda: lr.StepLR(optimizer, epochs, get("factor", 0.1)),
    "exponential": lambda: lr.ExponentialLR(optimizer, get("factor", 0.95)),
    "cosine": lambda: lr.CosineAnnealingLR(optimizer, epochs or whole,
                                           eta_min=rate * get("floor", 0)),
    "one-cycle": lambda: lr.OneCycleLR(optimizer, rate, total_steps=epochs or whole,
                                       cycle_momentum=False),
    "warm-up": lambda: lr.LambdaLR(optimizer, lambda e: min(1, (e + 1) / get("warm-up", 5))),
    "plateau": lambda: lr.ReduceLROnPlateau(optimizer, factor=get("factor", 0.1), patience=epochs,
                                            threshold=0),
}[schedule]()

def loss(rows=slice(None)):
    W1, b1, W2, b2 = theta
    z = X[rows] @ W1 + b1
    z = (z if "flat" in options else torch.tanh(z)) @ W2 + b2
    return ((z - y[rows]) ** 2).mean()

def cut():
    if "clip-norm" in options:
        norm = math.sqrt(sum(float((p.grad ** 2).sum()) for p in theta))
        for p in theta:
            p.grad *= min(1, get("clip-norm", 0) / norm)
    if "clip" in options:
        torch.nn.utils.clip_grad_value_(theta, get("clip", 0))

def closure():
    optimizer.zero_grad()
    l = loss()
    l.backward()
    return l

worst, gathers, sums = 0.0, int(get("accumulate", 1)), 0.0
for step in range(steps):
    if gathers > 1:
        if step % gathers == 0:
            optimizer.zero_grad()
        size = 24 // gathers
        at = step % gathers * size
        l = loss(slice(at, at + size))
        (l / gathers).backward()
        if (step + 1) % gathers == 0:
            cut()
            optimizer.step()
    elif rule == "lbfgs":
        l = optimizer.step(closure)
    else:
        l = closure()
        cut()
        optimizer.step()
    sums += float(l)
    if (step + 1) % each == 0 and scheduler and not (schedule == "one-cycle" and
                                                     step + 1 == steps):
        scheduler.step(*([sums / each] if schedule == "plateau" else []))
    if (step + 1) % each == 0:
        sums = 0.0
    for name, p in zip(("W1", "b1", "W2", "b2"), theta):
        ours = torch.tensor(case["steps"][step + 1][name], dtype=torch.float64)
        worst = max(worst, float((ours - p.detach().flatten()).abs().max() /
                                 max(1.0, float(p.detach().abs().max()))))
moved = max(float((p.detach().flatten() - tensor(case["steps"][0][n], -1).flatten()).abs().max())
            for n, p in zip(("W1", "b1", "W2", "b2"), theta))
print("%d steps, moved by %.3g, off by %.3g" % (steps, moved, worst))
sys.exit(not (steps == 100 and moved > 1e-3 and worst < 1e-10))
END

cp "$source/tests/unit/optim_steps.c" .
ok "the driver that makes the steps compiles" compile optim_steps
cases=0
compare() {
    run ./optim_steps "$@"
    exits "$*: the steps are made" 0
    cp out steps
    ok "$*: PyTorch's are those" "$python" compare.py steps "$@"
    cases=$((cases + 1))
}
compare --optimizer=sgd
compare --optimizer=sgd --decay=0.02
compare --optimizer=sgd --clip=0.05
compare --optimizer=sgd --clip-norm=0.1 --decay=0.01
compare --optimizer=momentum --rate=0.05
compare --optimizer=nesterov --rate=0.05 --decay=0.01
compare --optimizer=adagrad --rate=0.05 --decay=0.01
compare --optimizer=rmsprop --rate=0.003 --decay=0.01
compare --optimizer=adam --rate=0.01
compare --optimizer=adam --rate=0.01 --decay=0.1
compare --optimizer=adam --rate=0.01 --accumulate=3 --clip-norm=0.5
compare --optimizer=adamw --rate=0.01 --decay=0.1
compare --optimizer=rprop --rate=0.01
# Between straight layers: a rounding grows ten times every few steps where they bend.
compare --optimizer=lbfgs --rate=0.1 --flat
compare --optimizer=lbfgs --rate=0.3 --pairs=3 --flat
compare --schedule=step --schedule-epochs=7 --factor=0.5
compare --schedule=exponential --factor=0.9
compare --schedule=cosine --floor=0.1
compare --schedule=cosine --schedule-epochs=30
compare --schedule=one-cycle
compare --schedule=warm-up --warm-up=6
compare --optimizer=rprop --rate=0.3 --schedule=plateau --schedule-epochs=1 --factor=0.5
compare --optimizer=momentum --rate=0.3 --schedule=plateau --schedule-epochs=1 --factor=0.5
is "so many have been compared" "$cases" 23
finish
