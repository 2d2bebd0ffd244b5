#!/usr/bin/env python3
"""gradients.py -- the network of the notes in PyTorch: its gradients, to be checked by Longhand.

Reads X, y, W1, b1, ..., Wk, bk from a .npz (k layers, ReLU between them), and writes L, dW1, db1,
dZ1, dA1 and so on to another. With --slip it makes one of the mistakes that people make."""
# SPDX-License-Identifier: MIT
import argparse
import sys

try:
    import numpy
    import torch
except ImportError as why:
    sys.exit(f"gradients.py needs PyTorch and NumPy (apt install python3-torch): {why}")


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("files", nargs="+", metavar="NET OUT",
                   help="a .npz with X, y, W1, b1, ... and the .npz to write; several pairs may follow")
    p.add_argument("--literal", action="store_true",
                   help="the sigmoid and then the cross-entropy, not both in one")
    p.add_argument("--single", action="store_true", help="in 32 bits instead of 64")
    p.add_argument("--slip", choices=["sign", "mean", "transposed"],
                   help="dW1 with the wrong sign, a sum in the place of the mean, dW1 as if transposed")
    options = p.parse_args()
    if len(options.files) % 2:
        p.error("files come in pairs: NET OUT")
    return options


def forward(net, literal, total):
    """Every array of the page by name, each keeping its gradient."""
    page = dict(net)
    layers = sum(name[0] == "W" for name in net)
    a = net["X"]
    for k in range(1, layers + 1):
        z = page[f"Z{k}"] = a @ net[f"W{k}"] + net[f"b{k}"]
        if k < layers:
            a = page[f"A{k}"] = torch.relu(z)
    how = "sum" if total else "mean"
    if literal:
        page["yhat"] = torch.sigmoid(z)
        loss = torch.nn.functional.binary_cross_entropy(page["yhat"], net["y"], reduction=how)
    else:
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z, net["y"], reduction=how)
    for name, value in page.items():
        if name not in ("X", "y"):
            value.retain_grad()
    return page, loss


def work(source, target, options):
    kind = torch.float32 if options.single else torch.float64
    with numpy.load(source, allow_pickle=False) as f:
        net = {name: torch.tensor(f[name], dtype=kind) for name in f
               if name in ("X", "y") or name[0] in "Wb" and name[1:].isdigit()}
    for name in net:
        net[name].requires_grad_(name not in ("X", "y"))
    page, loss = forward(net, options.literal, options.slip == "mean")
    loss.backward()
    found = {"d" + name: value.grad.numpy() for name, value in page.items()
             if value.grad is not None}
    if options.slip == "sign":
        found["dW1"] = -found["dW1"]
    if options.slip == "transposed":
        found["dW1"] = numpy.ascontiguousarray(found["dW1"].T).reshape(found["dW1"].shape)
    numpy.savez(target, L=loss.item(), X=net["X"].numpy(), y=net["y"].numpy(), **found)


def main():
    options = arguments()
    for source, target in zip(options.files[::2], options.files[1::2]):
        work(source, target, options)


main()
