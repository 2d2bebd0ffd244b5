#!/bin/sh
# reading.sh -- how long a table takes to be read here and by pandas, by turns, and the memory.
# SPDX-License-Identifier: MIT
# usage: sh bench/reading.sh PROGRAM [ROUNDS [ROWS]]     `make reading READING="5 500000"` calls it
set -u
program=$1 rounds=${2:-5} rows=${3:-500000} columns=50
python=
for one in python3 /usr/bin/python3; do
    "$one" -c 'import pandas' 2>/dev/null && python=$one && break
done
[ -n "$python" ] || { echo "reading.sh: there is no Python with pandas: skipped" >&2; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/longhand-reading-XXXXXX") || exit 73
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

"$python" - "$work/table.csv" "$rows" "$columns" <<'MAKE' || exit 1
import sys, numpy
path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = numpy.random.default_rng(1)
with open(path, "w") as f:
    f.write(",".join("x%d" % j for j in range(columns)) + ",y\n")
    for at in range(0, rows, 10000):
        x = r.standard_normal((min(10000, rows - at), columns))
        for row in x:
            f.write(",".join("%.7f" % v for v in row) + ",%d\n" % (row[0] > 0))
MAKE
cat >"$work/read.py" <<'READ'
import sys, time, pandas
began = time.time()
d = pandas.read_csv(sys.argv[1])
print("%.4f 0 %d" % (time.time() - began, len(d)))
READ

i=0
while [ $i -lt "$rounds" ]; do
    "$python" "$work/read.py" "$work/table.csv" >>"$work/pandas" || exit 1
    for threads in 1 2; do
        "$program" --quiet --progress=none --threads=$threads --data="$work/table.csv" \
            >>"$work/threads$threads" || exit 1
    done
    i=$((i + 1))
done
bytes=$(wc -c <"$work/table.csv" | tr -d ' ')
echo "$rows rows of $((columns + 1)) cells, $bytes bytes; $rounds rounds by turns:"
for one in pandas threads1 threads2; do
    # Of each round the ratio: a machine that changes does so for all.
    paste -d' ' "$work/pandas" "$work/$one" | awk '{ print $1 / $4, $4, $5 }' | sort -n |
        awk -v name=$one -v table="$((rows * (columns + 1) * 8))" '
        { ratio[NR] = $1; seconds[NR] = $2; if ($3 > most) most = $3 }
        END {
            printf "%-9s %7.3f s, %5.2f times as fast as pandas (%.2f to %.2f)", name,
                seconds[int((NR + 1) / 2)], ratio[int((NR + 1) / 2)], ratio[1], ratio[NR]
            if (most > 0)
                printf "; %.0f MB at most, %.2f of the table", most, most * 1048576 / table
            print ""
        }'
done
