## What breaks under a run.  The programs take a sample in make check, and in make check-faults
## all; the scripts run there alone.  FAULTS_TIMES=20 multiplies what is drawn at random.
lh_fault_programs =
lh_fault_scripts =

if HAVE_CUNIT
lh_fault_programs += tests/faults/test_corruption
tests_faults_test_corruption_SOURCES = tests/faults/test_corruption.c tests/faults/times.h \
	tests/unit/store_help.h
tests_faults_test_corruption_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_corruption_LDADD = libtesting.la
endif

check_PROGRAMS += $(lh_fault_programs)
TESTS += $(lh_fault_programs)
EXTRA_DIST += $(lh_fault_scripts)

.PHONY: check-faults
check-faults: all
	FAULTS_TIMES=$${FAULTS_TIMES:-1} $(MAKE) $(AM_MAKEFLAGS) check-TESTS \
		TESTS='$(lh_fault_programs) $(lh_fault_scripts)'
