/* model.c -- what the sums of a step cost between ranks, by latency and bandwidth of their link. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/model.h"

/* Between two cores; TCP over Ethernet; RoCE. */
const lhi_wire lhi_wire_memory = {"shared memory", 0.5e-6, 10e9};
const lhi_wire lhi_wire_10 = {"10 GbE", 20e-6, 1.18e9};
const lhi_wire lhi_wire_100 = {"100 GbE", 2e-6, 11.5e9};

/* A message more, while others are under way; bytes a second that are added up. */
static const double post = 0.3e-6, adds = 20e9;

double lhi_model_exchange(const lhi_wire *l, double bytes, int ranks, int partials)
{
    const double others = ranks - 1, part = others / ranks;
    const double all = l->latency + partials * others * bytes / l->bandwidth;
    const double blocks = 2 * l->latency + others * post +
                          (partials + 1) * part * bytes / l->bandwidth + partials * bytes / adds;

    return ranks < 2 ? 0 : all < blocks ? all : blocks;
}

double lhi_model_efficiency(const lhi_wire *l, double seconds, double bytes, int ranks)
{
    const double work = seconds / ranks;

    return work / (work + lhi_model_exchange(l, bytes, ranks, 1));
}
