#!/bin/sh
# predicting.sh -- how long predictions take from file to file, here and by pandas and NumPy, by turns.
# SPDX-License-Identifier: MIT
# usage: sh bench/predicting.sh LONGHAND [ROUNDS [ROWS]]   `make predicting PREDICTING="3 1000000"`
set -u
longhand=$1 rounds=${2:-3} rows=${3:-1000000} columns=50
python=
for one in python3 /usr/bin/python3; do
    "$one" -c 'import pandas, h5py' 2>/dev/null && python=$one && break
done
[ -n "$python" ] || { echo "predicting.sh: no Python with pandas and h5py: skipped" >&2; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/longhand-predicting-XXXXXX") || exit 73
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

"$python" - "$work" "$rows" "$columns" <<'MAKE' || exit 1
import sys, numpy
work, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = numpy.random.default_rng(1)
header = ",".join("x%d" % j for j in range(columns))
with open(work + "/new.csv", "w") as new, open(work + "/known.csv", "w") as known:
    new.write(header + "\n")
    known.write(header + ",y\n")
    for at in range(0, rows, 10000):
        for row in r.standard_normal((min(10000, rows - at), columns)):
            text = ",".join("%.7f" % v for v in row)
            new.write(text + "\n")
            if at == 0:
                known.write("%s,%d\n" % (text, row[0] > 0))
MAKE
cat >"$work/predict.py" <<'PREDICT'
import sys, time, h5py, numpy, pandas
began = time.time()
with h5py.File(sys.argv[1]) as f:
    w = [f["parameters/W%d" % i][:] for i in (1, 2, 3)]
    b = [f["parameters/b%d" % i][:] for i in (1, 2, 3)]
    mean, deviation = f["data/mean"][:], f["data/deviation"][:]
a = ((pandas.read_csv(sys.argv[2]).to_numpy() - mean) / deviation).astype(w[0].dtype)
a = numpy.maximum(a @ w[0] + b[0], 0)
a = numpy.maximum(a @ w[1] + b[1], 0)
p = 1 / (1 + numpy.exp(-(a @ w[2] + b[2])[:, 0]))
pandas.DataFrame({"prediction": (p >= 0.5).astype(int), "p": p}).to_csv(sys.argv[3], index=False)
print("%.4f" % (time.time() - began))
PREDICT
"$longhand" train --data="$work/known.csv" --epochs=5 --out="$work/run" --plot=none --quiet \
    >"$work/train.log" 2>&1 || { cat "$work/train.log" >&2; exit 1; }

i=0
while [ $i -lt "$rounds" ]; do
    "$python" "$work/predict.py" "$work/run/model.h5" "$work/new.csv" "$work/theirs.csv" \
        >>"$work/pandas" || exit 1
    began=$(date +%s.%N)
    "$longhand" predict "$work/run/model.h5" --data="$work/new.csv" --out="$work/ours.csv" \
        --progress=none --quiet || exit 1
    echo "$began $(date +%s.%N)" | awk '{ printf "%.4f\n", $2 - $1 }' >>"$work/longhand"
    i=$((i + 1))
done
# The same predictions, but for a probability that two ways of rounding put on either side of 0.5.
paste -d, "$work/ours.csv" "$work/theirs.csv" | awk -F, '
    NR > 1 { d = $2 - $4; d = d < 0 ? -d : d; most = d > most ? d : most; other += $1 != $3 }
    END { printf "largest difference of a probability: %.1e; other classes: %d\n", most, other
          exit !(most < 1e-4 && other < NR / 10000) }' || exit 1
echo "$rows rows of $columns cells, $(wc -c <"$work/new.csv" | tr -d ' ') bytes; $rounds rounds by turns:"
paste -d' ' "$work/pandas" "$work/longhand" | awk '{ print $1 / $2, $1, $2 }' | sort -n | awk '
    { ratio[NR] = $1; theirs[NR] = $2; ours[NR] = $3 }
    END { m = int((NR + 1) / 2)
          printf "pandas, NumPy %7.3f s; longhand predict %7.3f s, %.2f times as fast (%.2f to %.2f)\n",
              theirs[m], ours[m], ratio[m], ratio[1], ratio[NR] }'
