/* longhand.h -- what you derive on paper you record in C, line by line.
 *
 * In reading order: the context and its options; parameters and tape; the ops, layers of them, and
 * lines of mathematics; data; verification; derivation; training and
 * its metrics; checkpoints; reports; curves;
 * speed.
 * README.md has a driver. */
/* SPDX-License-Identifier: MIT */
#ifndef LONGHAND_H
#define LONGHAND_H

#include <longhand/version.h>
#include <longhand/ctx.h>
#include <longhand/params.h>
#include <longhand/tape.h>
#include <longhand/ops.h>
#include <longhand/layers.h>
#include <longhand/op.h>
#include <longhand/line.h>
#include <longhand/data.h>
#include <longhand/verify.h>
#include <longhand/selftest.h>
#include <longhand/derive.h>
#include <longhand/optim.h>
#include <longhand/train.h>
#include <longhand/metrics.h>
#include <longhand/store.h>
#include <longhand/model.h>
#include <longhand/report.h>
#include <longhand/curves.h>
#include <longhand/bench.h>

#endif
