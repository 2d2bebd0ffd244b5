## What breaks under a run.  The programs take a sample in make check, and in make check-faults
## all; the scripts run there alone.  FAULTS_TIMES=20 multiplies what is drawn at random.
lh_fault_programs =
lh_fault_scripts = tests/faults/full.sh

if HAVE_CUNIT
lh_fault_programs += tests/faults/test_corruption
tests_faults_test_corruption_SOURCES = tests/faults/test_corruption.c tests/faults/times.h \
	tests/unit/store_help.h
tests_faults_test_corruption_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_corruption_LDADD = libtesting.la

lh_fault_programs += tests/faults/test_calls
tests_faults_test_calls_SOURCES = tests/faults/test_calls.c tests/faults/points.c \
	tests/faults/points.h tests/faults/times.h tests/unit/misuse_values.h \
	tests/unit/misuse_world.h
nodist_tests_faults_test_calls_SOURCES = tests/unit/calls.h
tests_faults_test_calls_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_calls_LDADD = libtesting.la
tests/faults/test_calls-test_calls.$(OBJEXT): tests/unit/calls.h

lh_fault_programs += tests/faults/test_power
tests_faults_test_power_SOURCES = tests/faults/test_power.c tests/faults/times.h \
	tests/unit/store_help.h
tests_faults_test_power_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_power_LDADD = libtesting.la

## The driver of the notes and the command, as functions.
check_LTLIBRARIES += libnotesmain.la liblonghandmain.la
libnotesmain_la_SOURCES = experiments/notes.c
libnotesmain_la_CPPFLAGS = $(AM_CPPFLAGS) -Dmain=notes_main
libnotesmain_la_CFLAGS = $(AM_CFLAGS) -Wno-missing-prototypes
liblonghandmain_la_SOURCES = $(longhand_SOURCES)
liblonghandmain_la_CPPFLAGS = $(AM_CPPFLAGS) -Dmain=longhand_main
liblonghandmain_la_CFLAGS = $(AM_CFLAGS) -Wno-missing-prototypes

lh_fault_programs += tests/faults/test_run
tests_faults_test_run_SOURCES = tests/faults/test_run.c tests/faults/points.c \
	tests/faults/points.h tests/faults/times.h
tests_faults_test_run_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_run_LDADD = libnotesmain.la liblonghandmain.la libtesting.la

lh_fault_programs += tests/faults/test_lives
tests_faults_test_lives_SOURCES = tests/faults/test_lives.c tests/faults/times.h
tests_faults_test_lives_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_lives_LDADD = libtesting.la

lh_fault_programs += tests/faults/test_soak
tests_faults_test_soak_SOURCES = tests/faults/test_soak.c tests/faults/times.h
tests_faults_test_soak_CPPFLAGS = $(lh_test_cppflags)
tests_faults_test_soak_LDADD = libtesting.la
endif

check_PROGRAMS += $(lh_fault_programs)
EXTRA_DIST += $(lh_fault_scripts)

.PHONY: check-faults
check-faults: all
	FAULTS_TIMES=$${FAULTS_TIMES:-1} $(MAKE) $(AM_MAKEFLAGS) check-TESTS \
		TESTS='$(lh_fault_programs) $(lh_fault_scripts)'
