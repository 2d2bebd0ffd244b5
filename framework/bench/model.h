/* model.h -- what the sums of a step cost between ranks, by latency and bandwidth of their link. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MODEL_H
#define LHI_MODEL_H

typedef struct lhi_wire {
    const char *name;
    double latency, bandwidth; /* seconds; bytes a second, each way */
} lhi_wire;

/* Memory in common, and two networks. */
extern const lhi_wire lhi_wire_memory, lhi_wire_10, lhi_wire_100;

/* Seconds that the sums of so many bytes take, where a rank has so many partial sums at most. */
double lhi_model_exchange(const lhi_wire *l, double bytes, int ranks, int partials);
/* Of a step that takes so many seconds on one rank, over ranks times what it takes on all. */
double lhi_model_efficiency(const lhi_wire *l, double seconds, double bytes, int ranks);

#endif
