#!/usr/bin/env python3
"""beside.py -- one command of Longhand's for each data set, beside scikit-learn's networks.

    python3 bench/beside.py LONGHAND FOLDER [NAME ...]

FOLDER has what bench/sets.R writes.  For each set and five seeds `longhand train` reads the file as
it is; the rows that it held out are read from its checkpoint, and MLPClassifier or MLPRegressor of
the same sizes is fitted to the others.  Fashion-MNIST (Debian: dataset-fashion-mnist) has a test set
of its own.  A line tells both means, the paired difference with its standard error, and the wall
time of both, Longhand's with reading the file and writing the results.  It ends with 1 where
Longhand is worse by more than two standard errors, or misses what is asked of it.
"""
# SPDX-License-Identifier: MIT
import csv
import gzip
import io
import os
import subprocess
import sys
import tempfile
import time
import warnings

import h5py
import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.simplefilter("ignore")
FASHION = "/usr/share/datasets/fashion-mnist/"
ADAM = ["--optimizer=adam", "--check-rows=0", "--plot=none", "--quiet"]

# name: the options of longhand train, the columns that are no features, the label, hidden layers, and
# what is asked of the mean besides (None: nothing).
SETS = {
    "sonar": (["--rate=0.003", "--epochs=60"], [], "Class", (32, 16), None),
    "ionosphere": (["--rate=0.003", "--epochs=40"], [], "Class", (32, 16), None),
    "spam": (["--rate=0.002", "--epochs=20"], [], "type", (32, 16), None),
    "pima": (["--rate=0.002", "--epochs=30"], [], "diabetes", (32, 16), None),
    "breastcancer": (["--drop=Id", "--missing=mean", "--rate=0.002", "--epochs=15"], ["Id"],
                     "Class", (32, 16), None),
    "letter": (["--label=lettr", "--rate=0.002", "--epochs=100", "--batch=64",
                "--schedule=cosine", "--decay=0.0001"], [], "lettr", (128, 64), 0.955),
    "boston": (["--rate=0.003", "--epochs=100", "--batch=32", "--decay=0.001"], [], "medv",
               (32, 16), None),
}

def columns(path, drop, label):
    """X and the labels as a program would make them by hand: texts become columns of 0 and 1."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [n for n in rows[0] if n not in ("", label) and n not in drop]
    X = []
    for name in names:
        cells = [r[name] for r in rows]
        try:
            X.append(np.array([np.nan if c == "NA" else float(c) for c in cells]))
        except ValueError:
            X += [np.array([c == v for c in cells], float) for v in sorted(set(cells))]
    return np.column_stack(X), np.array([r[label] for r in rows])

def standardise(X, rows):
    fill = np.nanmean(X[rows], 0)
    X = np.where(np.isnan(X), fill, X)
    spread = X[rows].std(0)
    return (X - X[rows].mean(0)) / np.where(spread > 0, spread, 1)

def run(*command):
    began = time.perf_counter()
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
    return out, time.perf_counter() - began

def measured(longhand, model, data, metric):
    """A metric of the rows that were held out, or of a file of its own."""
    out, _ = run(longhand, "eval", model, "--data=" + data, "--metrics=" + metric, "--format=csv")
    return float(next(csv.DictReader(io.StringIO(out)))["value"])

def on_splits(longhand, folder, name, seeds=5):
    options, drop, label, hidden, asked = SETS[name]
    data = os.path.join(folder, name + ".csv")
    X, y = columns(data, drop, label)
    regression = name == "boston"
    ours, theirs, seconds = [], [], [0.0, 0.0]
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as out:
            _, took = run(longhand, "train", "--data=" + data, f"--seed={seed}", "--out=" + out,
                          "--hidden=" + ",".join(map(str, hidden)), *ADAM, *options)
            model = os.path.join(out, "model.h5")
            with h5py.File(model) as h5:
                held = h5["data/part"][:] != h5["data"].attrs["trained"]
            ours.append(measured(longhand, model, data, "r2" if regression else "accuracy"))
        seconds[0] += took
        Z = standardise(X, ~held)
        began = time.perf_counter()
        if regression:
            t = y.astype(float)
            centre, spread = t[~held].mean(), t[~held].std()
            net = MLPRegressor(hidden, random_state=seed, max_iter=500)
            net.fit(Z[~held], (t[~held] - centre) / spread)
            theirs.append(net.score(Z[held], (t[held] - centre) / spread))
        else:
            net = MLPClassifier(hidden, random_state=seed)
            net.fit(Z[~held], y[~held])
            theirs.append(net.score(Z[held], y[held]))
        seconds[1] += time.perf_counter() - began
    return report(name, np.array(ours), np.array(theirs), seconds, asked)

def report(name, ours, theirs, seconds, asked):
    off = ours - theirs
    error = off.std(ddof=1) / np.sqrt(len(off)) if len(off) > 1 else np.nan
    good = (len(off) < 2 or off.mean() >= -2 * error - 1e-9) and (not asked or ours.mean() >= asked)
    print(f"{name:13} {ours.mean():8.4f} {theirs.mean():13.4f} {off.mean():+11.4f} {error:8.4f}"
          f" {seconds[0]:9.1f} {seconds[1]:13.1f}  {'' if good else 'BEHIND'}", flush=True)
    return good

def idx(path):
    with gzip.open(path) as file:
        raw = file.read()
    dims = [int.from_bytes(raw[4 + 4 * k:8 + 4 * k], "big") for k in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(dims)).reshape(dims)

def fashion(longhand):
    part = lambda of: (FASHION + of + "-images-idx3-ubyte.gz", FASHION + of + "-labels-idx1-ubyte.gz")
    with tempfile.TemporaryDirectory() as out:
        _, took = run(longhand, "train", "--data=" + "+".join(part("train")), "--out=" + out,
                      "--hidden=256,128,100", "--rate=0.001", "--batch=128", "--epochs=8",
                      "--schedule=cosine", "--held-out=0.02", *ADAM)
        ours = measured(longhand, os.path.join(out, "model.h5"), "+".join(part("t10k")), "accuracy")
    X, y, T, v = [idx(p) for of in ("train", "t10k") for p in part(of)]
    X, T = X.reshape(len(X), -1) / 255.0, T.reshape(len(T), -1) / 255.0
    began = time.perf_counter()
    net = MLPClassifier((256, 128, 100), random_state=1, max_iter=8, batch_size=128)
    net.fit(X.astype(np.float32), y)
    theirs = net.score(T.astype(np.float32), v)
    return report("fashion", np.array([ours]), np.array([theirs]),
                  [took, time.perf_counter() - began], 0.883)

def main():
    longhand, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    print(f"{'':13} {'Longhand':>8} {'scikit-learn':>13} {'difference':>11} {'+-':>8}"
          f" {'seconds':>9} {'scikit-learn':>13}")
    good = True
    for name in names or list(SETS) + ["fashion"]:
        if name == "fashion" and not os.path.isdir(FASHION):
            print("fashion       is not there (apt install dataset-fashion-mnist)")
        else:
            good &= fashion(longhand) if name == "fashion" else on_splits(longhand, folder, name)
    return 0 if good else 1

if __name__ == "__main__":
    sys.exit(main())
