#!/usr/bin/env python3
"""pytorch.py -- PyTorch in a process of its own, asked by lines as peer.c has them."""
# SPDX-License-Identifier: MIT
import ctypes
import math
import os
import sys
import time

try:
    import torch
except Exception as why:  # also a PyTorch that is there and cannot be loaded
    kind = type(why).__name__
    print("absent PyTorch is not installed (apt install python3-torch): " + kind, flush=True)
    sys.exit(0)

# Debian's PyTorch has its products from the BLAS, whose threads and core are its own affair.
try:
    blas = ctypes.CDLL("libopenblas.so.0", mode=os.RTLD_NOW | os.RTLD_NOLOAD)
    blas.openblas_get_corename.restype = ctypes.c_char_p
    core = " on OpenBLAS " + blas.openblas_get_corename().decode()
except (OSError, AttributeError):
    blas, core = None, ""

A, B, SIGNS, X, Y, W = range(6)
RATE = 0.01


def set_threads(n):
    torch.set_num_threads(n)
    if blas:
        blas.openblas_set_num_threads(n)


def operands(stream, *shape):
    """The numbers of framework/bench/operands.h, in 32 bits of 64."""
    count, low = math.prod(shape), 0xFFFFFFFF
    h = torch.arange(count, dtype=torch.int64) + 1 + 1000003 * stream
    h = (h * 2654435761) & low
    h = ((h ^ (h >> 15)) * 0x2C1B3C6D) & low
    h = ((h ^ (h >> 12)) * 0x297A2D39) & low
    h = h ^ (h >> 15)
    return ((h >> 8).to(torch.float32) / 8388608 - 1).reshape(shape)


class Product:
    def __init__(self, m, n, k):
        self.a, self.b, self.c = operands(A, m, k), operands(B, k, n), torch.zeros(m, n)
        self.signs = operands(SIGNS, m, n).double()

    def run(self, reps):
        a, b, c = self.a, self.b, self.c
        set_threads(1)
        with torch.no_grad():
            torch.mm(a, b, out=c)
            began = time.perf_counter()
            for _ in range(reps):
                torch.mm(a, b, out=c)
            seconds = time.perf_counter() - began
        return seconds, (self.signs * c.double()).sum().item()


class Step:
    def __init__(self, inputs, h1, h2, out, batch):
        nn = torch.nn
        self.model = nn.Sequential(nn.Linear(inputs, h1), nn.ReLU(), nn.Linear(h1, h2),
                                   nn.ReLU(), nn.Linear(h2, out))
        self.loss = nn.BCEWithLogitsLoss()
        self.x = operands(X, batch, inputs)
        self.y = (operands(Y, batch, out) < 0.5).float()
        sizes = [(inputs, h1), (h1, h2), (h2, out)]
        self.first = []
        for layer, (rows, cols) in enumerate(sizes):
            scale = torch.tensor(math.sqrt(6 / rows), dtype=torch.float32)
            self.first += [(operands(W + layer, rows, cols) * scale).t().contiguous(),
                           torch.zeros(cols)]
        self.descent = torch.optim.SGD(self.model.parameters(), lr=RATE)

    def step(self):
        self.descent.zero_grad(set_to_none=True)
        loss = self.loss(self.model(self.x), self.y)
        loss.backward()
        self.descent.step()
        return loss

    def run(self, threads, reps):
        set_threads(threads)
        with torch.no_grad():
            for parameter, value in zip(self.model.parameters(), self.first):
                parameter.copy_(value)
        self.step()
        began = time.perf_counter()
        first = self.step() if reps > 0 else None
        for _ in range(reps - 1):
            self.step()
        seconds = time.perf_counter() - began
        return seconds, first.item() if reps > 0 else float("nan")


def main():
    print("ready PyTorch", torch.__version__.split("+")[0] + core, flush=True)
    kept, last = None, None
    for line in sys.stdin:
        word, *numbers = line.split()[:9] or [""]
        try:
            numbers = [int(n) for n in numbers]
            if word == "quit":
                return
            if word == "gemm" and len(numbers) == 4:
                shape = (word, *numbers[:3])
                kept = kept if shape == last else Product(*numbers[:3])
                seconds, check = kept.run(numbers[3])
            elif word == "step" and len(numbers) == 7:
                shape = (word, *numbers[:5])
                kept = kept if shape == last else Step(*numbers[:5])
                seconds, check = kept.run(*numbers[5:])
            else:
                print("absent that is no task", flush=True)
                continue
            last = shape
            print("%.9g %.9g" % (seconds, check), flush=True)
        except (ValueError, RuntimeError) as why:
            print("absent " + str(why).splitlines()[0][:150], flush=True)


main()
