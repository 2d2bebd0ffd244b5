/* metrics_plain.h -- the metrics as their definitions have them. */
/* SPDX-License-Identifier: MIT */
#ifndef METRICS_PLAIN_H
#define METRICS_PLAIN_H

#include "framework/metrics/metrics.h"

double metric_by_definition(const lhi_scored *s, const char *name);

/* The weight of the rows that are so (is) and are called so (call) in output j; -1: either. */
double metric_mass(const lhi_scored *s, size_t j, int is, int call);

#endif
