#!/bin/sh
# one_truth.sh -- what train prints, eval, predict and the file read by h5py are about one model.
. "${srcdir:-.}/tests/tap.sh"

# Rows with numbers, a text, missing cells, and labels of every kind; and others of the same sort.
rows() { # SEED ROWS
    awk -v seed="$1" -v rows="$2" '
    function u() {
        seed = (seed * 16807) % 2147483647
        return seed / 2147483647
    }
    BEGIN {
        split("blue green red", colour, " ")
        print "a,colour,b,two,three,size,left,low,w"
        for (i = 0; i < rows; i++) {
            k = int(3 * u()); a = 4 * u() - 2; b = 10 + 3 * u(); noise = u() - 0.5
            z = a + (k == 1) - (k == 2) + noise
            cell = u() < 0.06 ? "NA" : sprintf("%.5f", a)
            printf("%s,%s,%.5f,%s,%s,%.4f,%d,%d,%d\n", cell, colour[k + 1], b,
                (z > 0 ? "yes" : "no"), (z > 0.8 ? "oak" : z < -0.8 ? "ash" : "fir"),
                50 + 9 * z - b, (z > -0.5), (b < 11.5), 1 + int(3 * u()))
        }
    }'
}
rows 101 240 >rows.csv
rows 202 90 >other.csv
# The columns that are no features beside a label, and perhaps a weight.
others() {
    printf '%s\n' two three size left low w | grep -vxF -e "$1" -e "$2" | tr '\n' ',' |
        sed 's/,$//'
}

# What a file of predictions is worth beside the labels, worked by awk: the part that is called
# what it is, or of numbers the root of the mean square.
worth() { # LABEL PREDICTIONS DATA
    paste -d, "$2" "$3" | awk -F, -v label="$1" '
        NR == 1 {
            for (i = NF; i > 0 && $i != label; i--)
                continue
            at = i
            numbers = $1 != "prediction"
            next
        }
        numbers { sum += ($1 - $at) ^ 2; next }
        { sum += $1 == $at }
        END { printf "%.9g\n", numbers ? sqrt(sum / (NR - 1)) : sum / (NR - 1) }'
}
value() { # FILE PART METRIC
    awk -F, -v part="$2" -v metric="$3" '$1 == part && $3 == metric { printf "%.9g\n", $4 }' "$1"
}

settings='
two --epochs=12 --seed=1
three --epochs=12 --seed=2
size --epochs=12 --seed=3 --rate=0.05
three --epochs=60 --patience=4 --seed=4
two --epochs=60 --patience=3 --seed=5 --type=f64
size --epochs=60 --patience=4 --seed=6 --type=f64 --rate=0.05
three --epochs=15 --seed=7 --loss=squares
two --epochs=15 --seed=8 --loss=softmax
two --epochs=15 --seed=9 --loss=squares --type=f64
three --epochs=15 --seed=10 --loss=sigmoid --rate=0.4
two --epochs=15 --seed=11 --threshold=f1
two --epochs=25 --seed=12 --threshold=youden --patience=5 --type=f64
size --epochs=12 --seed=13 --scale=minmax --rate=0.05
three --epochs=12 --seed=14 --scale=robust --hidden=9
two --epochs=12 --seed=15 --scale=none --rate=0.01 --hidden=
three --epochs=12 --seed=16 --balance
size --epochs=12 --seed=17 --weight=w --rate=0.03
three --epochs=12 --seed=18 --optimizer=adam --rate=0.01 --held-out=0.4
size --epochs=12 --seed=19 --optimizer=adamw --rate=0.01 --type=f64 --schedule=cosine
two --epochs=12 --seed=20 --missing=median --stratify --batch=7'
printf '%s\n' "$settings" | grep . >settings
python_with h5py
is "there are 20 settings" "$(wc -l <settings | tr -d ' ')" 20

cat >rebuild.py <<'END'
# The model of a checkpoint in NumPy: what eval and predict have said of it must be so.
import csv
import sys
import h5py
import numpy as np

checkpoint, data, evaluated, predicted, part_named = sys.argv[1:6]
h5 = h5py.File(checkpoint)
recipe = h5["data/recipe"][()][0].decode()
place, features, labels, used = {}, [], [], None
for line in recipe.splitlines():
    word, _, rest = line.partition(" ")
    if word in ("feature", "marked", "label", "weight"):
        form, _, name = rest.split(" ", 2)
        used = {"name": name, "form": form, "values": [], "marked": word == "marked"}
        {"feature": features, "marked": features, "label": labels, "weight": []}[word].append(used)
    elif word == "value":
        used["values"].append(rest)
    elif word == "labels":
        kind = rest
rows = list(csv.DictReader(open(data)))
of = h5["data"]
mean, deviation = of["mean"][:], of["deviation"][:]
fill = of["fill"][:] if "fill" in of else mean
columns = []
for f in features:
    cells = [r[f["name"]] for r in rows]
    missing = np.array([c == "NA" for c in cells])
    if f["form"] == "text":
        columns += [np.array([c == v for c in cells], float) for v in f["values"]]
    else:
        j = len(columns)
        x = np.array([fill[j] if c == "NA" else float(c) for c in cells])
        columns.append((x - mean[j]) / deviation[j])
    if f["marked"]:
        columns.append(missing.astype(float))
X = np.column_stack(columns)
p = {k: v[:].astype(float) for k, v in h5["parameters"].items()}
A, layers = X, len(p) // 2
for k in range(1, layers + 1):
    A = A @ p[f"W{k}"] + p[f"b{k}"]
    A = np.maximum(A, 0) if k < layers else A
loss = h5["tape"][()][0].decode().splitlines()[-1].split("= ")[1].split("(")[0]
if "softmax" in loss:
    e = np.exp(A - A.max(1, keepdims=True))
    yhat = e / e.sum(1, keepdims=True)
elif "bce" in loss:
    yhat = 1 / (1 + np.exp(-A))
else:
    yhat = A
name = labels[0]["name"]
if kind == "values":
    yhat = yhat * of["target_deviation"][:] + of["target_mean"][:]
    y = np.array([float(r[name]) for r in rows])
    called = yhat[:, 0]
else:
    y = np.array([labels[0]["values"].index(r[name]) for r in rows])
    one = yhat.shape[1] == 1
    called = (yhat[:, 0] >= h5["state"].attrs["threshold"]) * 1 if one else yhat.argmax(1)
held = np.ones(len(rows), bool)
if part_named != "-":
    held = of["part"][:] == int(part_named)
close = 1e-9 if h5.attrs["type"] == b"f64" else 2e-4
worst = 0.0

def same(what, ours, theirs, scale=1.0):
    global worst
    off = abs(ours - theirs) / max(scale, abs(theirs))
    worst = max(worst, off)
    if not off <= close:
        print(f"{what}: {ours!r}, by NumPy {theirs!r}")
        sys.exit(1)

# The predictions, number by number.
with open(predicted) as file:
    table = list(csv.reader(file))
numbers = np.array([r[-yhat.shape[1]:] for r in table[1:]], float)
for a, b in zip(numbers.ravel(), yhat.ravel()):
    same("a prediction", a, b)
if kind != "values":
    wrong = [(r[0], labels[0]["values"][c]) for r, c in zip(table[1:], called)
             if r[0] != labels[0]["values"][c]]
    if wrong:
        print("what is called", wrong[:3])
        sys.exit(1)
# The metrics of the part that eval printed.
metrics = {r["metric"]: float(r["value"]) for r in csv.DictReader(open(evaluated)) if r["value"]
           and r["part"] == ("held out" if part_named == "1" else r["part"])}
w = np.ones(len(rows))
if "\nweight " in recipe:
    w = np.array([float(r["w"]) for r in rows])
w = w[held]
off = (called - y)[held]
if kind == "values":
    same("rmse", metrics["rmse"], np.sqrt(np.sum(w * off ** 2) / w.sum()))
    same("mae", metrics["mae"], np.sum(w * abs(off)) / w.sum())
    m = np.sum(w * y[held]) / w.sum()
    same("r2", metrics["r2"], 1 - np.sum(w * off ** 2) / np.sum(w * (y[held] - m) ** 2))
else:
    same("accuracy", metrics["accuracy"], np.sum(w * (off == 0)) / w.sum())
if kind != "values" and "mse" not in loss and "weighted" not in loss and "%" not in loss:
    q = yhat[held]
    y1 = y[held]
    if q.shape[1] == 1:
        ce = -np.mean(np.log(np.where(y1 == 1, q[:, 0], 1 - q[:, 0])))
    elif "bce" in loss:
        hot = np.eye(q.shape[1])[y1]
        ce = -np.mean(np.sum(np.log(np.where(hot == 1, q, 1 - q)), 1))
    else:
        ce = -np.mean(np.log(q[np.arange(len(q)), y1]))
    if "balance" not in recipe:
        same("loss", metrics["loss"], ce)
print(f"{checkpoint}: {loss}, the worst {worst:.2g}")
END

while read -r label options; do
    weight=
    case $options in *--weight=w*) weight=w ;; esac
    case $options in *--missing*) missing= ;; *) missing=--missing=indicator ;; esac
    about="$label $options"
    drop=$(others "$label" "$weight")
    # shellcheck disable=SC2086
    run "$longhand" train --data=rows.csv --label="$label" --drop="$drop" $missing --batch=16 \
        --hidden=8,4 --check-rows=0 --plot=none --quiet --out=run $options
    held=$(sed -n 's/^[0-9]* rows held out: \(.*\), after.*/\1/p' out)
    is "$about: it trains" "$code" 0
    run "$longhand" eval run/model.h5 --data=rows.csv
    is "$about: eval prints what train has printed" \
        "$(sed -n '1s/^[0-9]* rows of rows.csv, held out\( as part 1\)\{0,1\}: //p' out)" "$held"
    for file in rows other; do
        "$longhand" eval run/model.h5 --data=$file.csv --metrics=all --format=csv >$file.metrics
        "$longhand" predict run/model.h5 --data=$file.csv --out=$file.p --quiet
    done 2>err
    metric=accuracy
    [ "$label" != size ] || metric=rmse
    if [ -z "$weight" ]; then
        is "$about: predict and awk have the $metric of eval" "$(worth "$label" rows.p rows.csv)" \
            "$(value rows.metrics all "$metric")"
        is "$about: of another file, too" "$(worth "$label" other.p other.csv)" \
            "$(value other.metrics 'another file than it was trained on' "$metric")"
    fi
    if [ -n "$python" ]; then
        sed 's/held out as part 1/held out/' rows.metrics >held.metrics
        ok "$about: NumPy has them from the file" "$python" rebuild.py run/model.h5 rows.csv \
            held.metrics rows.p 1
        ok "$about: and those of another file" "$python" rebuild.py run/model.h5 other.csv \
            other.metrics other.p -
    else
        skip "$about: NumPy has them from the file" "no python3 with h5py"
    fi
done <settings
finish
