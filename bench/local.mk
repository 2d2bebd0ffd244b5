## Measurements that take too long for make check, and the programs to compare with.

EXTRA_PROGRAMS += bench/exhaustive bench/doubles bench/lines bench/reading bench/teams
CLEANFILES += bench/exhaustive$(EXEEXT) bench/doubles$(EXEEXT) bench/lines$(EXEEXT) \
	bench/reading$(EXEEXT) bench/teams$(EXEEXT)
bench_exhaustive_SOURCES = bench/exhaustive.c $(lh_system_sources)
bench_exhaustive_CFLAGS = $(AM_CFLAGS) $(LH_VECTOR)
bench_exhaustive_LDADD = libcore.la $(HDF5_LIBS)
bench_doubles_SOURCES = bench/doubles.c tests/unit/math_quad.c tests/unit/math_quad.h $(lh_system_sources)
bench_doubles_CPPFLAGS = $(AM_CPPFLAGS) $(QUADMATH_CPPFLAGS)
bench_doubles_CFLAGS = $(AM_CFLAGS) $(LH_VECTOR)
bench_doubles_LDADD = libcore.la $(HDF5_LIBS) $(QUADMATH_LIBS)
if X86
## The bits are the same without, and take ten times as long.
bench_exhaustive_CFLAGS += $(LH_AVX2)
bench_doubles_CFLAGS += $(LH_AVX2)
endif

## All floats, and 100 million doubles for each function.
.PHONY: exhaustive
exhaustive: bench/exhaustive$(EXEEXT) bench/doubles$(EXEEXT)
	bench/exhaustive$(EXEEXT)
	bench/doubles$(EXEEXT)

## Lines beside loops written by hand, which are compiled as the library's variants are.
bench_lines_SOURCES = bench/lines.c bench/lines.def $(lh_system_sources)
bench_lines_CFLAGS = $(AM_CFLAGS)
bench_lines_LDADD = libcore.la bench/libhandf32.la bench/libhandf64.la
EXTRA_LTLIBRARIES = bench/libhandf32.la bench/libhandf64.la
bench_libhandf32_la_SOURCES = bench/lines_by_hand.c
bench_libhandf32_la_CPPFLAGS = $(libf32_la_CPPFLAGS)
bench_libhandf32_la_CFLAGS = $(libf32_la_CFLAGS)
bench_libhandf64_la_SOURCES = bench/lines_by_hand.c
bench_libhandf64_la_CPPFLAGS = $(libf64_la_CPPFLAGS)
bench_libhandf64_la_CFLAGS = $(libf64_la_CFLAGS)
if X86
bench_lines_LDADD += bench/libhandf32avx2.la bench/libhandf64avx2.la bench/libhandf32avx512.la \
	bench/libhandf64avx512.la
EXTRA_LTLIBRARIES += bench/libhandf32avx2.la bench/libhandf64avx2.la bench/libhandf32avx512.la \
	bench/libhandf64avx512.la
bench_libhandf32avx2_la_SOURCES = bench/lines_by_hand.c
bench_libhandf32avx2_la_CPPFLAGS = $(libf32avx2_la_CPPFLAGS)
bench_libhandf32avx2_la_CFLAGS = $(libf32avx2_la_CFLAGS)
bench_libhandf64avx2_la_SOURCES = bench/lines_by_hand.c
bench_libhandf64avx2_la_CPPFLAGS = $(libf64avx2_la_CPPFLAGS)
bench_libhandf64avx2_la_CFLAGS = $(libf64avx2_la_CFLAGS)
bench_libhandf32avx512_la_SOURCES = bench/lines_by_hand.c
bench_libhandf32avx512_la_CPPFLAGS = $(libf32avx512_la_CPPFLAGS)
bench_libhandf32avx512_la_CFLAGS = $(libf32avx512_la_CFLAGS)
bench_libhandf64avx512_la_SOURCES = bench/lines_by_hand.c
bench_libhandf64avx512_la_CPPFLAGS = $(libf64avx512_la_CPPFLAGS)
bench_libhandf64avx512_la_CFLAGS = $(libf64avx512_la_CFLAGS)
endif
bench_lines_LDADD += $(HDF5_LIBS)
.PHONY: lines
lines: bench/lines$(EXEEXT)
	bench/lines$(EXEEXT)

## What the default number of threads costs beside one and beside all, idle and busy.
bench_teams_SOURCES = bench/teams.c
bench_teams_CFLAGS = $(AM_CFLAGS)
bench_teams_LDADD = liblonghand.la
EXTRA_DIST += bench/teams.sh
.PHONY: teams
teams: bench/teams$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/teams.sh bench/teams$(EXEEXT) $(TEAMS)

## How long a table takes to be read, beside pandas.
bench_reading_SOURCES = bench/reading.c
bench_reading_CFLAGS = $(AM_CFLAGS)
bench_reading_LDADD = liblonghand.la
EXTRA_DIST += bench/reading.sh
.PHONY: reading
reading: bench/reading$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/reading.sh bench/reading$(EXEEXT) $(READING)

## How long a file of predictions takes, beside pandas and NumPy.
EXTRA_DIST += bench/predicting.sh
.PHONY: predicting
predicting: longhand$(EXEEXT)
	$(SHELL) $(top_srcdir)/bench/predicting.sh ./longhand $(PREDICTING)

## Data sets from R, each by one command, beside scikit-learn: make beside SETS=FOLDER, which has what
## bench/sets.R writes; Python with scikit-learn and h5py.  Minutes, most of them scikit-learn's.
EXTRA_DIST += bench/beside.py bench/sets.R
.PHONY: beside
beside: longhand$(EXEEXT)
	$(PYTHON_BESIDE) $(top_srcdir)/bench/beside.py ./longhand $(SETS)
PYTHON_BESIDE = python3
SETS = sets

## The other programs of `longhand bench`, each a process of its own.  Libraries are opened
## when they run, so that nothing but libxsmm, an archive, is looked for here.
peersdir = $(pkglibexecdir)/peers
peers_PROGRAMS = bench/peers/peer
dist_peers_SCRIPTS = bench/peers/pytorch.py
bench_peers_peer_SOURCES = \
	bench/peers/cblas.c \
	bench/peers/fann.c \
	bench/peers/libxsmm.c \
	bench/peers/onednn.c \
	bench/peers/peer.c bench/peers/peer.h \
	bench/peers/step.c
bench_peers_peer_CPPFLAGS = $(AM_CPPFLAGS) $(LIBXSMM_CPPFLAGS)
bench_peers_peer_CFLAGS = $(LH_CFLAGS) $(LH_VECTOR) $(LH_WARN)
bench_peers_peer_LDADD = $(LIBXSMM_LIBS) $(DL_LIBS)

## make bench BENCH='--quick --json=speed.json': any options of longhand bench.
.PHONY: bench
bench: longhand$(EXEEXT) bench/peers/peer$(EXEEXT)
	@./longhand bench --peers=bench/peers $(BENCH)
