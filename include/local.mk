include_HEADERS = include/longhand.h

longhandincludedir = $(includedir)/longhand
longhandinclude_HEADERS = \
	include/longhand/bench.h \
	include/longhand/ctx.h \
	include/longhand/curves.h \
	include/longhand/data.h \
	include/longhand/derive.h \
	include/longhand/errors.def \
	include/longhand/export.h \
	include/longhand/line.h \
	include/longhand/op.h \
	include/longhand/op_impl.h \
	include/longhand/methods.def \
	include/longhand/metrics.h \
	include/longhand/model.h \
	include/longhand/ops.def \
	include/longhand/reasons.def \
	include/longhand/layers.h \
	include/longhand/ops.h \
	include/longhand/optim.h \
	include/longhand/params.h \
	include/longhand/report.h \
	include/longhand/selftest.h \
	include/longhand/store.h \
	include/longhand/tape.h \
	include/longhand/train.h \
	include/longhand/verify.h

## What an op file includes besides.
longhandopincludedir = $(longhandincludedir)/op
longhandopinclude_HEADERS = \
	include/longhand/op/math.h \
	include/longhand/op/real.h \
	include/longhand/op/shards.h \
	include/longhand/op/strict.h \
	include/longhand/op/sums.h \
	include/longhand/op/wide.h

nodist_longhandinclude_HEADERS = include/longhand/version.h
