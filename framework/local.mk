## The library.  Sources in kernels/ and ops/ are compiled once for each variant: an
## element type on an instruction set.

include framework/ops/ops.am

$(top_srcdir)/framework/ops/ops.am: $(top_srcdir)/include/longhand/ops.def $(top_srcdir)/build-aux/op-list.sh
	$(AM_V_GEN)$(SHELL) $(top_srcdir)/build-aux/op-list.sh $(top_srcdir)/include/longhand/ops.def >$@.tmp && mv $@.tmp $@

lh_variant_sources = \
	framework/kernels/gemm.c \
	framework/kernels/gemm_plain.c \
	framework/kernels/probe.c \
	framework/kernels/rows.c \
	framework/kernels/tile.c \
	framework/lines/blocks.c \
	framework/lines/element.c \
	framework/lines/loops.c \
	framework/lines/op.c \
	framework/lines/run.c \
	framework/bench/fused.c \
	framework/optim/adagrad.c \
	framework/optim/adam.c \
	framework/optim/lbfgs.c \
	framework/optim/momentum.c \
	framework/optim/nesterov.c \
	framework/optim/rmsprop.c \
	framework/optim/rprop.c \
	framework/optim/sgd.c \
	$(lh_op_sources)

lh_variant_cflags = $(AM_CFLAGS) $(LH_VECTOR)

noinst_LTLIBRARIES += libf32.la libf64.la libwide.la
libf32_la_SOURCES = $(lh_variant_sources)
libf32_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=32 -DLHI_VARIANT=f32
libf32_la_CFLAGS = $(lh_variant_cflags)
libf64_la_SOURCES = $(lh_variant_sources)
libf64_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=64 -DLHI_VARIANT=f64
libf64_la_CFLAGS = $(lh_variant_cflags)
libwide_la_SOURCES = $(lh_variant_sources) framework/lines/bounds.c
libwide_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=80 -DLHI_VARIANT=wide
libwide_la_CFLAGS = $(lh_variant_cflags)
lh_variants = libf32.la libf64.la libwide.la

if X86
noinst_LTLIBRARIES += libf32avx2.la libf64avx2.la libf32avx512.la libf64avx512.la
libf32avx2_la_SOURCES = $(lh_variant_sources)
libf32avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=32 -DLHI_VARIANT=f32_avx2
libf32avx2_la_CFLAGS = $(lh_variant_cflags) $(LH_AVX2)
libf64avx2_la_SOURCES = $(lh_variant_sources)
libf64avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=64 -DLHI_VARIANT=f64_avx2
libf64avx2_la_CFLAGS = $(lh_variant_cflags) $(LH_AVX2)
libf32avx512_la_SOURCES = $(lh_variant_sources)
libf32avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=32 -DLHI_VARIANT=f32_avx512
libf32avx512_la_CFLAGS = $(lh_variant_cflags) $(LH_AVX512)
libf64avx512_la_SOURCES = $(lh_variant_sources)
libf64avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DLHI_TYPE=64 -DLHI_VARIANT=f64_avx512
libf64avx512_la_CFLAGS = $(lh_variant_cflags) $(LH_AVX512)
lh_variants += libf32avx2.la libf64avx2.la libf32avx512.la libf64avx512.la
endif

## The data set that is built in.
nodist_libcore_la_SOURCES = framework/data/wdbc.c
CLEANFILES += framework/data/wdbc.c
framework/data/wdbc.c: $(top_srcdir)/data/wdbc.csv $(top_srcdir)/build-aux/embed.sh
	$(AM_V_GEN)$(MKDIR_P) framework/data && \
	$(SHELL) $(top_srcdir)/build-aux/embed.sh $(top_srcdir)/data/wdbc.csv >$@.tmp && mv $@.tmp $@

## What an installed program must know of its build, for `longhand info` and provenance.
lh_build = -DLHI_COMPILER='"$(CC)"' -DLHI_CFLAGS='"$(CFLAGS)"' -DLHI_PEERS='"$(peersdir)"'

noinst_LTLIBRARIES += libcore.la
libcore_la_CPPFLAGS = $(AM_CPPFLAGS) $(HDF5_CFLAGS) $(ZLIB_CPPFLAGS) $(lh_build)
libcore_la_LIBADD = $(lh_variants)
libcore_la_SOURCES = \
	framework/base/changes.c framework/base/changes.h \
	framework/base/ctx.c framework/base/ctx.h \
	framework/base/digits.c framework/base/digits.h \
	framework/base/duration.c framework/base/duration.h \
	framework/base/error.c \
	framework/base/every.c framework/base/every.h \
	framework/base/floats.c framework/base/floats.h \
	framework/base/help.c \
	framework/base/limits.c \
	framework/base/name.c framework/base/name.h \
	framework/base/open.c \
	framework/base/options.c \
	framework/base/pace.c framework/base/pace.h \
	framework/base/place.c framework/base/place.h \
	framework/base/progress.c framework/base/progress.h \
	framework/base/quantile.c framework/base/quantile.h \
	framework/base/quote.c framework/base/quote.h \
	framework/base/rng.c framework/base/rng.h \
	framework/base/scale.h \
	framework/base/settings.c framework/base/settings.def \
	framework/base/sha256.c framework/base/sha256.h \
	framework/base/snapshot.c framework/base/snapshot.h \
	framework/base/state.h \
	framework/base/stop.c framework/base/stop.h \
	framework/base/text.c framework/base/text.h \
	framework/base/threads.c framework/base/threads.h \
	framework/base/type.c framework/base/type.h \
	framework/base/ranks.c framework/base/ranks.h \
	framework/mpi/engine.h \
	framework/kernels/kernels.h \
	framework/kernels/mover.h \
	framework/kernels/simd.h \
	framework/kernels/tile.h \
	framework/kernels/variant.c framework/kernels/variant.h \
	framework/kernels/wide.c \
	framework/tape/hands_on.c \
	framework/tape/lean.c \
	framework/tape/listing.c \
	framework/tape/node.c \
	framework/tape/params.c \
	framework/tape/plan.c \
	framework/tape/record.c \
	framework/tape/roots.c \
	framework/tape/run.c \
	framework/tape/exchange.c \
	framework/tape/fuses.h \
	framework/tape/partials.c framework/tape/partials.h \
	framework/tape/shared.c framework/tape/shared.h \
	framework/tape/tape.h \
	framework/tape/workspace.c \
	framework/lines/atoms.c \
	framework/lines/blocks.h \
	framework/lines/compile.c \
	framework/lines/element.h \
	framework/lines/family.c \
	framework/lines/functions.c framework/lines/functions.def \
	framework/lines/line.c \
	framework/lines/loops.h \
	framework/lines/parse.c \
	framework/lines/program.h framework/lines/reader.h \
	framework/lines/run.h \
	framework/lines/schedule.c framework/lines/schedule.h \
	framework/lines/simplify.c \
	framework/lines/slope.c \
	framework/lines/tree.c framework/lines/tree.h \
	framework/lines/write.c \
	framework/ops/op_impl.h \
	framework/ops/row_sums.h \
	framework/ops/bce.h framework/ops/bce_logits.h framework/ops/mse.h framework/ops/weights.h \
	framework/ops/softmax.h framework/ops/softmax_ce.h \
	framework/ops/sums.h \
	framework/ops/cases.h \
	framework/ops/ops.h \
	framework/ops/layers.c \
	framework/ops/record_listing.c \
	framework/ops/register.c \
	framework/ops/registry.c \
	framework/optim/chosen.c \
	framework/optim/optim.c framework/optim/optim.h \
	framework/optim/optim_impl.h \
	framework/optim/optimizers.def \
	framework/optim/schedules.c framework/optim/schedules.def \
	framework/page/claims.c \
	framework/page/compose.c \
	framework/page/file.c \
	framework/page/line.c \
	framework/page/logits.c \
	framework/page/match.c \
	framework/page/page.h \
	framework/page/settle.c \
	framework/data/ahead.c \
	framework/data/blocks.c \
	framework/data/cell.c framework/data/cell.h \
	framework/data/choose.c \
	framework/data/csv.c framework/data/csv.h \
	framework/data/feed.c framework/data/feed.h \
	framework/data/fit.c framework/data/fit.h \
	framework/data/formats.c \
	framework/data/frame.c \
	framework/data/data.h \
	framework/data/deal.c framework/data/deal.h \
	framework/data/decimal.c framework/data/decimal.h \
	framework/data/dialect.c \
	framework/data/encode.c \
	framework/data/fann.c \
	framework/data/h5.c \
	framework/data/idx.c \
	framework/data/libsvm.c \
	framework/data/named.c framework/data/named.h \
	framework/data/npy.c \
	framework/data/npz.c \
	framework/data/lines.c \
	framework/data/look.c \
	framework/data/odd.c \
	framework/data/open.c \
	framework/data/own.c \
	framework/data/part.c framework/data/part.h \
	framework/data/prepare.c \
	framework/data/read.c \
	framework/data/recipe.c framework/data/recipe.h \
	framework/data/recipe_text.c \
	framework/data/rows.c \
	framework/data/sets.c \
	framework/data/source.c framework/data/source.h framework/data/sources.def \
	framework/data/split.c \
	framework/data/standard.c \
	framework/data/streamed.c \
	framework/data/suspect.c \
	framework/data/table.h \
	framework/data/stream.c framework/data/stream.h \
	framework/data/texts.c framework/data/texts.h \
	framework/data/words.c \
	framework/metrics/decisions.c \
	framework/metrics/metrics.h framework/metrics/metrics.def \
	framework/metrics/probabilities.c \
	framework/metrics/ranks.c \
	framework/metrics/table.c \
	framework/metrics/values.c \
	framework/verify/alone.c \
	framework/verify/along.c \
	framework/verify/amiss.c \
	framework/verify/bounds.c \
	framework/verify/check.h \
	framework/verify/curve.c \
	framework/verify/diagnose.c \
	framework/verify/differ.c \
	framework/verify/draws.c \
	framework/verify/explain.c \
	framework/verify/hand.c \
	framework/verify/integers.c \
	framework/verify/laws.c \
	framework/verify/ledger.c \
	framework/verify/ledger_print.c \
	framework/verify/local.c \
	framework/verify/pieces.c framework/verify/pieces.h \
	framework/verify/report.c \
	framework/verify/rows.c \
	framework/verify/setup.c \
	framework/selftest/check_op.c \
	framework/selftest/laws.c framework/selftest/laws.h \
	framework/selftest/laws_of_batches.c \
	framework/selftest/laws_of_bits.c \
	framework/selftest/laws_of_values.c \
	framework/selftest/mutant.c framework/selftest/mutant.h \
	framework/selftest/mutants.c \
	framework/selftest/mutants_shown.c \
	framework/selftest/networks.c \
	framework/selftest/op_case.c framework/selftest/op_case.h \
	framework/selftest/selftest.c framework/selftest/selftest.h \
	framework/selftest/selftest_print.c \
	framework/derive/as_dot.c \
	framework/derive/as_table.c \
	framework/derive/as_svg.c \
	framework/derive/as_text.c \
	framework/derive/derive.c \
	framework/derive/document.h \
	framework/derive/evaluate.c \
	framework/derive/expr.h \
	framework/derive/layout.c framework/derive/layout.h \
	framework/derive/lines.c \
	framework/derive/names.c \
	framework/derive/page.c \
	framework/derive/parse.c \
	framework/derive/render.c \
	framework/derive/values.c \
	framework/exact/chain.c framework/exact/exact.h \
	framework/exact/field.c framework/exact/field.h \
	framework/exact/judge.c \
	framework/exact/nearest.c \
	framework/exact/prove.c \
	framework/exact/work.c \
	framework/exact/world.c \
	framework/train/back.c \
	framework/train/blame.c \
	framework/train/compare.c \
	framework/train/describe.c \
	framework/train/hook.c \
	framework/train/meet.c \
	framework/train/metrics.c \
	framework/train/move.c \
	framework/train/outputs.c \
	framework/train/own.c \
	framework/train/restore.c \
	framework/train/run.c framework/train/run.h \
	framework/train/scored.h \
	framework/train/watch.c \
	framework/arrays/element.c \
	framework/arrays/inflate.c \
	framework/arrays/list.c framework/arrays/list.h \
	framework/arrays/named.h \
	framework/arrays/npy.c \
	framework/arrays/npz.c \
	framework/arrays/safetensors.c \
	framework/arrays/scan.c \
	framework/store/checked.c \
	framework/store/chunks.c \
	framework/store/difference.c \
	framework/store/distance.c framework/store/distance.h \
	framework/store/file.c \
	framework/store/formats.c framework/store/formats.h \
	framework/store/h5.h \
	framework/store/image.c \
	framework/store/inside.c \
	framework/store/named_h5.c framework/store/named_h5.h \
	framework/store/print.c \
	framework/store/read.c \
	framework/store/version1.c \
	framework/store/schema.c \
	framework/store/store.h \
	framework/store/write.c \
	framework/report/curves.c \
	framework/report/figure.c \
	framework/report/gnuplot.c \
	framework/report/history.c \
	framework/report/report.h \
	framework/report/speed.c \
	framework/report/thin.c \
	framework/session/check.c \
	framework/session/checkpoint.c \
	framework/session/difference.c \
	framework/session/figures.c \
	framework/session/fsck.c \
	framework/session/keep.c framework/session/keep.h \
	framework/session/model.c \
	framework/session/predict.c \
	framework/session/replay.c \
	framework/session/resume.c \
	framework/session/rows.c \
	framework/session/ledger.h \
	framework/session/ledger_files.c \
	framework/session/theirs.c \
	framework/session/untrusted.c \
	framework/session/session.h \
	framework/session/start.c \
	framework/session/surroundings.c \
	framework/bench/acts.c \
	framework/bench/all.c \
	framework/bench/answer.c \
	framework/bench/bench.c framework/bench/bench.h \
	framework/bench/by_hand.c \
	framework/bench/clock.c \
	framework/bench/drawn.c \
	framework/bench/fused.h \
	framework/bench/json.c \
	framework/bench/model.c framework/bench/model.h \
	framework/bench/operands.h \
	framework/bench/peers.c \
	framework/bench/probe.c \
	framework/bench/products.c \
	framework/bench/ranks.c \
	framework/bench/show.c \
	framework/bench/steps.c

lh_system_sources = \
	framework/system/calls.c framework/system/calls.h \
	framework/system/child.c framework/system/child.h \
	framework/system/confine.c \
	framework/system/fault.c framework/system/fault.h \
	framework/system/floats.c \
	framework/system/folder.c framework/system/folder.h \
	framework/system/map.c \
	framework/system/making.c \
	framework/system/mem.c framework/system/mem.h \
	framework/system/machine.c \
	framework/system/process.c \
	framework/system/signals.c framework/system/signals.h \
	framework/system/sys.c framework/system/sys.h \
	framework/system/team.c \
	framework/system/sanitized.h framework/system/thread.c framework/system/thread.h \
	framework/system/trial.c

## Ranks: in the library alone, and only where MPI was asked for.
lh_ranks =
if HAVE_MPI
noinst_LTLIBRARIES += libranks.la
libranks_la_CPPFLAGS = $(AM_CPPFLAGS) $(MPI_CFLAGS)
libranks_la_SOURCES = framework/mpi/engine.c framework/system/await.c framework/system/await.h
lh_ranks += libranks.la
endif

lib_LTLIBRARIES += liblonghand.la
liblonghand_la_SOURCES = $(lh_system_sources)
liblonghand_la_LIBADD = libcore.la $(lh_ranks) $(HDF5_LIBS) $(ZLIB_LIBS) $(MPI_LIBS)
liblonghand_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(LH_LIBTOOL_VERSION)

bin_PROGRAMS += longhand
longhand_LDADD = liblonghand.la
longhand_SOURCES = \
	framework/cli/cli.h \
	framework/cli/bench.c \
	framework/cli/check.c \
	framework/cli/derive.c \
	framework/cli/diff.c \
	framework/cli/eval.c \
	framework/cli/fsck.c \
	framework/cli/info.c \
	framework/cli/inspect.c \
	framework/cli/main.c \
	framework/cli/network.c \
	framework/cli/plot.c \
	framework/cli/predict.c \
	framework/cli/replay.c \
	framework/cli/train.c \
	framework/cli/worth.c
