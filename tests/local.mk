## Tests print TAP, one line a test.  They use the library with faults compiled in.

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(srcdir)'; export srcdir; builddir='$(builddir)'; export builddir; \
	top_build="$$(pwd)"; export top_build; CC='$(CC)'; export CC; MAKE='$(MAKE)'; export MAKE;

if HAVE_CUNIT
check_LTLIBRARIES += libtesting.la
libtesting_la_SOURCES = $(lh_system_sources) tests/check.c tests/check.h tests/descend.h tests/draw.h
libtesting_la_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) -DLHI_FAULTS
libtesting_la_LIBADD = libcore.la $(lh_ranks) $(MPI_LIBS) $(HDF5_LIBS) $(ZLIB_LIBS) $(CUNIT_LIBS)

lh_test_cppflags = $(AM_CPPFLAGS) $(HDF5_CFLAGS) -DLHI_FAULTS

check_PROGRAMS += tests/ops/test_ops
tests_ops_test_ops_SOURCES = tests/ops/test_ops.c
tests_ops_test_ops_CPPFLAGS = $(lh_test_cppflags)
tests_ops_test_ops_LDADD = libtesting.la

check_PROGRAMS += tests/ops/test_laws
tests_ops_test_laws_SOURCES = tests/ops/test_laws.c
tests_ops_test_laws_CPPFLAGS = $(lh_test_cppflags)
tests_ops_test_laws_LDADD = libtesting.la

check_PROGRAMS += tests/ops/test_written
tests_ops_test_written_SOURCES = tests/ops/test_written.c
tests_ops_test_written_CPPFLAGS = $(lh_test_cppflags)
tests_ops_test_written_LDADD = libtesting.la
endif

## All of them, those of the folders below, too.
TESTS += $(check_PROGRAMS)

## The command as a user meets it, and rules that hold the house in order.
lh_test_scripts = \
	tests/cli/bad_input.sh \
	tests/cli/bench.sh \
	tests/cli/check.sh \
	tests/cli/derive.sh \
	tests/cli/diff.sh \
	tests/cli/drivers.sh \
	tests/cli/eval.sh \
	tests/cli/fsck.sh \
	tests/cli/interop.sh \
	tests/cli/experiments.sh \
	tests/cli/keeping.sh \
	tests/cli/labels.sh \
	tests/cli/locale.sh \
	tests/cli/names.sh \
	tests/cli/nan.sh \
	tests/cli/one_truth.sh \
	tests/cli/pages.sh \
	tests/cli/prove.sh \
	tests/cli/resume.sh \
	tests/cli/saving.sh \
	tests/cli/servers.sh \
	tests/cli/untrusted.sh \
	tests/cli/verbs.sh \
	tests/rules/callers.sh \
	tests/rules/floats.sh \
	tests/rules/headers.sh \
	tests/rules/includes.sh \
	tests/rules/lengths.sh \
	tests/rules/metrics_list.sh \
	tests/rules/linked.sh \
	tests/rules/notes_cited.sh \
	tests/rules/opening.sh \
	tests/rules/ops_list.sh \
	tests/rules/optimizers_list.sh \
	tests/rules/readme.sh \
	tests/rules/readme_driver.sh \
	tests/rules/type_names.sh \
	tests/rules/exported.sh \
	tests/unit/arrays_others.sh \
	tests/unit/formulas_others.sh \
	tests/unit/gradients_others.sh \
	tests/unit/metrics_others.sh \
	tests/unit/ops_others.sh \
	tests/unit/optim_others.sh
TESTS += $(lh_test_scripts)
EXTRA_DIST += $(lh_test_scripts) tests/unit/optim_steps.c tests/tap.sh tests/layers.sh tests/arm.sh tests/arm_kernels.c tests/bits.sh tests/mpi.sh tests/mpi_faults.sh tests/libm_off.c \
	tests/contributing.sh tests/copied.sh tests/coverage.sh tests/mutants.sh tests/threads.sh tests/machines.sh tests/selftest.sh tests/stage.sh tests/version1.h5 tests/version2.h5

.PHONY: check-all
check-all: all
	CHECK_ALL=1 $(MAKE) $(AM_MAKEFLAGS) check
	$(MAKE) $(AM_MAKEFLAGS) check-faults

## What of framework/ the tests reach, by a build of its own, which is kept.
.PHONY: coverage
coverage:
	$(SHELL) $(top_srcdir)/tests/coverage.sh $(top_srcdir) coverage.d

## A user's driver, built through pkg-config against what is installed, and run.
EXTRA_DIST += tests/install/check.sh tests/install/consumer.c tests/valgrind.supp
installcheck-local:
	$(AM_V_at)srcdir='$(top_srcdir)' bindir='$(bindir)' libdir='$(libdir)' pcdir='$(pkgconfigdir)' \
	prefix='$(prefix)' docdir='$(docdir)' \
	VERSION='$(PACKAGE_VERSION)' CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' SANITIZE='$(LH_LDFLAGS)' \
	$(SHELL) $(top_srcdir)/tests/install/check.sh

## Without CUnit the tests cannot be built; that must not look like tests that passed.
if !HAVE_CUNIT
check-local:
	@echo "make check: configure found no CUnit, so the tests were not built." >&2; \
	echo "  apt install libcunit1-dev (Fedora: dnf install CUnit-devel), then configure again" >&2; \
	exit 77
endif
