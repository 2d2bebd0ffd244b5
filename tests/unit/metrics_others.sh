#!/bin/sh
# metrics_others.sh -- scikit-learn's metrics of 200 random cases, with ties and weights, are ours.
. "${srcdir:-.}/tests/tap.sh"

python_with sklearn.metrics
if [ -z "$python" ] || [ ! -x "$build/tests/unit/test_metrics" ]; then
    skip "metrics in scikit-learn" "no python3 with scikit-learn, or tests built without CUnit"
    finish
fi

cat >compare.py <<'END'
import json
import sys
import warnings
import numpy as np
import sklearn.metrics as M

warnings.simplefilter("ignore")
BINARY, CLASSES, VALUES = 1, 2, 4

def columns(f):
    """The mean of a metric over the columns of labels."""
    return lambda k: np.mean([f(k.y[:, j], k.s[:, j], k.w) for j in range(k.s.shape[1])])

def three(f, average):
    """Precision, recall, F1."""
    def of(k):
        average_here = average
        if k.of == BINARY and k.s.shape[1] == 1:
            average_here = "binary"
        y = k.y[:, 0] if k.of == BINARY and k.s.shape[1] == 1 else k.y
        p = k.said[:, 0] if k.of == BINARY and k.s.shape[1] == 1 else k.said
        return f(y, p, average=average_here, sample_weight=k.w, zero_division=0)
    return of

def each(f):
    """Of classes, or the mean over the columns."""
    def of(k):
        if k.of == CLASSES:
            return f(k.y, k.said, sample_weight=k.w)
        return np.mean([f(k.y[:, j], k.said[:, j], sample_weight=k.w)
                        for j in range(k.s.shape[1])])
    return of

def top(n):
    # Ours names the smaller class of equals, scikit-learn the larger one.
    def of(k):
        last = k.s.shape[1] - 1
        if k.s.shape[1] == 2:
            return 1.0
        return M.top_k_accuracy_score(last - k.y, k.s[:, ::-1], k=n, sample_weight=k.w,
                                      labels=np.arange(last + 1))
    return of

def one_hot(k):
    return np.eye(k.s.shape[1])[k.y]

def auc(k):
    if k.of == CLASSES and k.s.shape[1] > 2:
        return M.roc_auc_score(k.y, k.s, multi_class="ovr", average="macro", sample_weight=k.w)
    y = one_hot(k) if k.of == CLASSES else k.y
    return np.mean([M.roc_auc_score(y[:, j], k.s[:, j], sample_weight=k.w)
                    for j in range(k.s.shape[1])])

def average_precision(k):
    y = one_hot(k) if k.of == CLASSES else k.y
    return M.average_precision_score(y, k.s, average="macro", sample_weight=k.w)

def brier(k):
    y = one_hot(k) if k.of == CLASSES else k.y
    parts = [M.brier_score_loss(y[:, j], k.s[:, j], sample_weight=k.w)
             for j in range(k.s.shape[1])]
    return np.sum(parts) if k.of == CLASSES else np.mean(parts)

def log_loss(k):
    if k.of == CLASSES:
        return M.log_loss(k.y, k.s, sample_weight=k.w, labels=np.arange(k.s.shape[1]))
    s = np.clip(k.s, np.finfo(float).eps, 1 - np.finfo(float).eps)
    return np.mean([M.log_loss(k.y[:, j], s[:, j], sample_weight=k.w, labels=[0, 1])
                    for j in range(k.s.shape[1])])

def ece_of(p, y, w):
    bins = np.clip(np.ceil(p * 15).astype(int) - 1, 0, 14)
    w = np.ones(len(p)) if w is None else w
    return sum(abs(np.sum((w * (p - y))[bins == b])) for b in range(15)) / w.sum()

def ece(k):
    if k.of == CLASSES:
        return ece_of(k.s.max(1), (k.said == k.y) * 1.0, k.w)
    return np.mean([ece_of(k.s[:, j], k.y[:, j], k.w) for j in range(k.s.shape[1])])

def of_values(f):
    return lambda k: f(k.y, k.s, sample_weight=k.w)

reference = {
    "accuracy": each(M.accuracy_score),
    "balanced_accuracy": each(M.balanced_accuracy_score),
    "precision": three(M.precision_score, "macro"),
    "recall": three(M.recall_score, "macro"),
    "f1": three(M.f1_score, "macro"),
    "precision_micro": three(M.precision_score, "micro"),
    "recall_micro": three(M.recall_score, "micro"),
    "f1_micro": three(M.f1_score, "micro"),
    "top2": top(2), "top3": top(3), "top5": top(5),
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
    "ece": ece,
    "r2": of_values(M.r2_score),
    "rmse": columns(lambda y, s, w: np.sqrt(M.mean_squared_error(y, s, sample_weight=w))),
    "mae": of_values(M.mean_absolute_error),
}

class Case:
    def __init__(k, a):
        k.of = a["of"]
        k.s = np.array(a["score"]).reshape(a["rows"], a["outputs"])
        k.w = np.array(a["weight"]) if "weight" in a else None
        if k.of == CLASSES:
            k.y, k.said = np.array(a["label"]).astype(int), k.s.argmax(1)
        else:
            k.y = np.array(a["label"]).reshape(k.s.shape)
            k.y = k.y.astype(int) if k.of == BINARY else k.y
            k.said = (k.s >= 0.5) * 1

worst, asked, wrong, cases, missing = 0.0, 0, 0, 0, set()
for line in open(sys.argv[1]):
    a = json.loads(line)
    k = Case(a)
    cases += 1
    for name, ours in a.items():
        if name in ("of", "rows", "outputs", "score", "label", "weight"):
            continue
        if name not in reference:
            missing.add(name)
            continue
        theirs = reference[name](k)
        off = abs(ours - theirs) / max(1, abs(theirs))
        worst, asked = max(worst, off), asked + 1
        if not off <= 1e-12:
            wrong += 1
            print(f"case {cases}, {name}: {ours!r}, scikit-learn {theirs!r}")
print(f"{cases} cases, {asked} metrics, {wrong} beyond 1e-12, the worst {worst:.3g};",
      "nothing to compare with:", " ".join(sorted(missing)) or "none")
sys.exit(wrong > 0 or len(missing) > 0 or cases < 200)
END

LONGHAND_METRICS=$PWD/metrics.txt "$build/tests/unit/test_metrics" "each" >written 2>&1
ok "the cases are written" [ -s metrics.txt ]
run "$python" compare.py metrics.txt
exits "scikit-learn has the same, to 1e-12" 0
sed 's/^/# /' out
finish
