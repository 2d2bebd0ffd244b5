## What is fuzzed: tests/fuzz/targets.def.  The same files are a program that runs the inputs that
## are kept, in make check, and with --enable-fuzzing one of libFuzzer (tests/faults/fuzz.sh).

lh_fuzz_sources = \
	tests/fuzz/bases.c \
	tests/fuzz/checkpoint.c \
	tests/fuzz/csv.c \
	tests/fuzz/fann.c \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/targets.def \
	tests/fuzz/gzip.c \
	tests/fuzz/h5named.c \
	tests/fuzz/h5table.c \
	tests/fuzz/idx.c \
	tests/fuzz/image.c tests/fuzz/image.h \
	tests/fuzz/libsvm.c \
	tests/fuzz/line.c \
	tests/fuzz/listing.c \
	tests/fuzz/npy.c \
	tests/fuzz/npz.c \
	tests/fuzz/options.c \
	tests/fuzz/page.c \
	tests/fuzz/predict.c \
	tests/fuzz/recipe.c \
	tests/fuzz/safetensors.c \
	tests/fuzz/tables.c \
	tests/fuzz/tapes.c tests/fuzz/tapes.h
lh_fuzz_cppflags = $(AM_CPPFLAGS) $(HDF5_CFLAGS) $(ZLIB_CPPFLAGS) -DLHI_FAULTS \
	-DFUZZ_FILES='"$(abs_top_srcdir)/tests"'

if HAVE_CUNIT
check_PROGRAMS += tests/fuzz/replay
tests_fuzz_replay_SOURCES = $(lh_fuzz_sources) tests/fuzz/replay.c
tests_fuzz_replay_CPPFLAGS = $(lh_fuzz_cppflags)
tests_fuzz_replay_LDADD = libtesting.la $(ZLIB_LIBS)
endif

if FUZZING
EXTRA_PROGRAMS += tests/fuzz/fuzz
tests_fuzz_fuzz_SOURCES = $(lh_fuzz_sources) $(lh_system_sources) tests/fuzz/drive.c \
	tests/fuzz/planted.c tests/fuzz/planted.h
tests_fuzz_fuzz_CPPFLAGS = $(lh_fuzz_cppflags)
tests_fuzz_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_LDADD = libcore.la $(HDF5_LIBS) $(ZLIB_LIBS)
endif

EXTRA_DIST += tests/fuzz/drive.c tests/fuzz/planted.c tests/fuzz/planted.h tests/fuzz/corpus
lh_fault_scripts += tests/faults/fuzz.sh
