## The tests of one part each.

if HAVE_CUNIT
check_PROGRAMS += tests/unit/test_alarms
tests_unit_test_alarms_SOURCES = tests/unit/test_alarms.c tests/any_op.h
tests_unit_test_alarms_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_alarms_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_arrays
tests_unit_test_arrays_SOURCES = tests/unit/test_arrays.c tests/unit/arrays_help.h
tests_unit_test_arrays_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_arrays_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_arrays_h5
tests_unit_test_arrays_h5_SOURCES = tests/unit/test_arrays_h5.c tests/unit/arrays_h5_help.h \
	tests/unit/arrays_help.h
tests_unit_test_arrays_h5_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_arrays_h5_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_arrays_hostile
tests_unit_test_arrays_hostile_SOURCES = tests/unit/test_arrays_hostile.c
tests_unit_test_arrays_hostile_CPPFLAGS = $(lh_test_cppflags) $(ZLIB_CPPFLAGS)
tests_unit_test_arrays_hostile_LDADD = libtesting.la $(ZLIB_LIBS)

check_PROGRAMS += tests/unit/test_bench
tests_unit_test_bench_SOURCES = tests/unit/test_bench.c
tests_unit_test_bench_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_bench_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_compare
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c
tests_unit_test_compare_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_compare_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_csv
tests_unit_test_csv_SOURCES = tests/unit/test_csv.c
tests_unit_test_csv_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_csv_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_curves
tests_unit_test_curves_SOURCES = tests/unit/test_curves.c tests/unit/report_case.h
tests_unit_test_curves_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_curves_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_data
tests_unit_test_data_SOURCES = tests/unit/test_data.c
tests_unit_test_data_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_data_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_decimal
tests_unit_test_decimal_SOURCES = tests/unit/test_decimal.c
tests_unit_test_decimal_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_decimal_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_deep
tests_unit_test_deep_SOURCES = tests/unit/test_deep.c tests/unit/verify_help.h
tests_unit_test_deep_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_deep_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_derivation
tests_unit_test_derivation_SOURCES = tests/unit/test_derivation.c tests/unit/verify_help.h
tests_unit_test_derivation_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_derivation_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_derive
tests_unit_test_derive_SOURCES = tests/unit/test_derive.c tests/unit/derive_help.h \
	tests/unit/derive_page.h
tests_unit_test_derive_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_derive_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_derive_forms
tests_unit_test_derive_forms_SOURCES = tests/unit/test_derive_forms.c tests/unit/derive_help.h
tests_unit_test_derive_forms_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_derive_forms_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_difference
tests_unit_test_difference_SOURCES = tests/unit/test_difference.c tests/unit/store_help.h
tests_unit_test_difference_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_difference_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_digits
tests_unit_test_digits_SOURCES = tests/unit/test_digits.c tests/draw.h
tests_unit_test_digits_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_digits_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_optim
tests_unit_test_optim_SOURCES = tests/unit/test_optim.c
tests_unit_test_optim_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_optim_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_own_run
tests_unit_test_own_run_SOURCES = tests/unit/test_own_run.c
tests_unit_test_own_run_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_own_run_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_back
tests_unit_test_back_SOURCES = tests/unit/test_back.c tests/unit/back_help.h
tests_unit_test_back_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_back_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_back_lives
tests_unit_test_back_lives_SOURCES = tests/unit/test_back_lives.c tests/unit/back_help.h
tests_unit_test_back_lives_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_back_lives_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_replay
tests_unit_test_replay_SOURCES = tests/unit/test_replay.c
tests_unit_test_replay_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_replay_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_dropout
tests_unit_test_dropout_SOURCES = tests/unit/test_dropout.c
tests_unit_test_dropout_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_dropout_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_duration
tests_unit_test_duration_SOURCES = tests/unit/test_duration.c
tests_unit_test_duration_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_duration_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_errors
tests_unit_test_errors_SOURCES = tests/unit/test_errors.c
tests_unit_test_errors_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_errors_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_field
tests_unit_test_field_SOURCES = tests/unit/test_field.c
tests_unit_test_field_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_field_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_floats
tests_unit_test_floats_SOURCES = tests/unit/test_floats.c
tests_unit_test_floats_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_floats_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_fsck
tests_unit_test_fsck_SOURCES = tests/unit/test_fsck.c tests/unit/failing.h
tests_unit_test_fsck_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_fsck_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_gemm
tests_unit_test_gemm_SOURCES = tests/unit/test_gemm.c tests/unit/gemm_cases.h
tests_unit_test_gemm_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_gemm_LDADD = libtesting.la

## Programs over elements, compiled as the library's portable variants are.
check_LTLIBRARIES += libplainf32.la libplainf64.la libplainwide.la
libplainf32_la_SOURCES = tests/unit/lines_plain.c
libplainf32_la_CPPFLAGS = $(libf32_la_CPPFLAGS)
libplainf32_la_CFLAGS = $(libf32_la_CFLAGS)
libplainf64_la_SOURCES = tests/unit/lines_plain.c
libplainf64_la_CPPFLAGS = $(libf64_la_CPPFLAGS)
libplainf64_la_CFLAGS = $(libf64_la_CFLAGS)
libplainwide_la_SOURCES = tests/unit/lines_plain.c
libplainwide_la_CPPFLAGS = $(libwide_la_CPPFLAGS)
libplainwide_la_CFLAGS = $(libwide_la_CFLAGS)

check_PROGRAMS += tests/unit/test_lines_run
tests_unit_test_lines_run_SOURCES = tests/unit/test_lines_run.c tests/unit/lines_plain.h \
	tests/unit/lines_case.c tests/unit/lines_case.h
tests_unit_test_lines_run_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_lines_run_LDADD = libtesting.la libplainf32.la libplainf64.la libplainwide.la

check_PROGRAMS += tests/unit/test_lines_checks
tests_unit_test_lines_checks_SOURCES = tests/unit/test_lines_checks.c tests/unit/lines_case.c \
	tests/unit/lines_case.h
tests_unit_test_lines_checks_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_lines_checks_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_memory
tests_unit_test_memory_SOURCES = tests/unit/test_memory.c
tests_unit_test_memory_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_memory_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_classes
tests_unit_test_classes_SOURCES = tests/unit/test_classes.c
tests_unit_test_classes_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_classes_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_folder
tests_unit_test_folder_SOURCES = tests/unit/test_folder.c tests/unit/failing.h
tests_unit_test_folder_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_folder_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_formulas
tests_unit_test_formulas_SOURCES = tests/unit/test_formulas.c
tests_unit_test_formulas_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_formulas_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_graphs
tests_unit_test_graphs_SOURCES = tests/unit/test_graphs.c tests/any_op.h
tests_unit_test_graphs_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_graphs_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_gnuplot
tests_unit_test_gnuplot_SOURCES = tests/unit/test_gnuplot.c tests/unit/report_case.h
tests_unit_test_gnuplot_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_gnuplot_LDADD = libtesting.la

## The functions over arrays, compiled as the library's variants are.
check_LTLIBRARIES += libmathf32.la libmathf64.la
libmathf32_la_SOURCES = tests/unit/math_arrays.c
libmathf32_la_CPPFLAGS = $(libf32_la_CPPFLAGS)
libmathf32_la_CFLAGS = $(libf32_la_CFLAGS)
libmathf64_la_SOURCES = tests/unit/math_arrays.c
libmathf64_la_CPPFLAGS = $(libf64_la_CPPFLAGS)
libmathf64_la_CFLAGS = $(libf64_la_CFLAGS)
lh_math_variants = libmathf32.la libmathf64.la

if X86
check_LTLIBRARIES += libmathf32avx2.la libmathf64avx2.la libmathf32avx512.la libmathf64avx512.la
libmathf32avx2_la_SOURCES = tests/unit/math_arrays.c
libmathf32avx2_la_CPPFLAGS = $(libf32avx2_la_CPPFLAGS)
libmathf32avx2_la_CFLAGS = $(libf32avx2_la_CFLAGS)
libmathf64avx2_la_SOURCES = tests/unit/math_arrays.c
libmathf64avx2_la_CPPFLAGS = $(libf64avx2_la_CPPFLAGS)
libmathf64avx2_la_CFLAGS = $(libf64avx2_la_CFLAGS)
libmathf32avx512_la_SOURCES = tests/unit/math_arrays.c
libmathf32avx512_la_CPPFLAGS = $(libf32avx512_la_CPPFLAGS)
libmathf32avx512_la_CFLAGS = $(libf32avx512_la_CFLAGS)
libmathf64avx512_la_SOURCES = tests/unit/math_arrays.c
libmathf64avx512_la_CPPFLAGS = $(libf64avx512_la_CPPFLAGS)
libmathf64avx512_la_CFLAGS = $(libf64avx512_la_CFLAGS)
lh_math_variants += libmathf32avx2.la libmathf64avx2.la libmathf32avx512.la libmathf64avx512.la
endif

check_PROGRAMS += tests/unit/test_math
tests_unit_test_math_SOURCES = tests/unit/test_math.c tests/unit/math_arrays.h \
	tests/unit/math_quad.c tests/unit/math_quad.h
tests_unit_test_math_CPPFLAGS = $(lh_test_cppflags) $(QUADMATH_CPPFLAGS)
tests_unit_test_math_LDADD = libtesting.la $(lh_math_variants) $(QUADMATH_LIBS)

check_PROGRAMS += tests/unit/test_wide
tests_unit_test_wide_SOURCES = tests/unit/test_wide.c tests/unit/math_quad.c tests/unit/math_quad.h
tests_unit_test_wide_CPPFLAGS = $(lh_test_cppflags) $(QUADMATH_CPPFLAGS)
tests_unit_test_wide_LDADD = libtesting.la $(QUADMATH_LIBS)

## A call of every function, from the prototypes in the public headers.
check_PROGRAMS += tests/unit/test_misuse
tests_unit_test_misuse_SOURCES = tests/unit/test_misuse.c tests/unit/misuse_values.h \
	tests/unit/misuse_world.h
nodist_tests_unit_test_misuse_SOURCES = tests/unit/calls.h
tests_unit_test_misuse_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_misuse_LDADD = libtesting.la
tests/unit/test_misuse-test_misuse.$(OBJEXT): tests/unit/calls.h
CLEANFILES += tests/unit/calls.h
EXTRA_DIST += tests/unit/calls.awk
tests/unit/calls.h: tests/unit/calls.awk $(longhandinclude_HEADERS)
	$(AM_V_GEN)$(MKDIR_P) tests/unit && \
	$(AWK) -f $(top_srcdir)/tests/unit/calls.awk $(top_srcdir)/include/longhand/*.h \
		$(top_srcdir)/include/longhand/ops.def >$@.tmp && mv $@.tmp $@

check_PROGRAMS += tests/unit/test_names
tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_names_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_names_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_page_file
tests_unit_test_page_file_SOURCES = tests/unit/test_page_file.c
tests_unit_test_page_file_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_page_file_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_progress
tests_unit_test_progress_SOURCES = tests/unit/test_progress.c
tests_unit_test_progress_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_progress_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_meeting
tests_unit_test_meeting_SOURCES = tests/unit/test_meeting.c tests/crew.h
tests_unit_test_meeting_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_meeting_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_ranks
tests_unit_test_ranks_SOURCES = tests/unit/test_ranks.c tests/any_op.h tests/crew.h
tests_unit_test_ranks_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_ranks_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_reading
tests_unit_test_reading_SOURCES = tests/unit/test_reading.c tests/unit/arrays_h5_help.h \
	tests/unit/arrays_help.h
tests_unit_test_reading_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_reading_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_report_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_roots
tests_unit_test_roots_SOURCES = tests/unit/test_roots.c
tests_unit_test_roots_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_roots_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_selftest
tests_unit_test_selftest_SOURCES = tests/unit/test_selftest.c
tests_unit_test_selftest_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_selftest_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_model
tests_unit_test_model_SOURCES = tests/unit/test_model.c
tests_unit_test_model_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_model_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_own_op
tests_unit_test_own_op_SOURCES = tests/unit/test_own_op.c tests/unit/own_huber.c
tests_unit_test_own_op_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_own_op_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_own_loop
tests_unit_test_own_loop_SOURCES = tests/unit/test_own_loop.c
tests_unit_test_own_loop_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_own_loop_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_stop
tests_unit_test_stop_SOURCES = tests/unit/test_stop.c
tests_unit_test_stop_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_stop_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_help.h
tests_unit_test_store_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_store_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_store_damage
tests_unit_test_store_damage_SOURCES = tests/unit/test_store_damage.c
tests_unit_test_store_damage_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_store_damage_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_store_hostile
tests_unit_test_store_hostile_SOURCES = tests/unit/test_store_hostile.c
tests_unit_test_store_hostile_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_store_hostile_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_page
tests_unit_test_page_SOURCES = tests/unit/test_page.c tests/page.c tests/page.h
tests_unit_test_page_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_page_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_metrics
tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c tests/unit/metrics_plain.c \
	tests/unit/metrics_plain.h tests/draw.h
tests_unit_test_metrics_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_metrics_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_sources
tests_unit_test_sources_SOURCES = tests/unit/test_sources.c
tests_unit_test_sources_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_sources_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_table
tests_unit_test_table_SOURCES = tests/unit/test_table.c
tests_unit_test_table_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_table_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_predict
tests_unit_test_predict_SOURCES = tests/unit/test_predict.c tests/draw.h
tests_unit_test_predict_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_predict_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_tape
tests_unit_test_tape_SOURCES = tests/unit/test_tape.c
tests_unit_test_tape_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_tape_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_rows
tests_unit_test_rows_SOURCES = tests/unit/test_rows.c
tests_unit_test_rows_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_rows_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_rows_drawn
tests_unit_test_rows_drawn_SOURCES = tests/unit/test_rows_drawn.c tests/draw.h
tests_unit_test_rows_drawn_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_rows_drawn_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_splits
tests_unit_test_splits_SOURCES = tests/unit/test_splits.c tests/draw.h
tests_unit_test_splits_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_splits_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_saving
tests_unit_test_saving_SOURCES = tests/unit/test_saving.c
tests_unit_test_saving_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_saving_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_threads
tests_unit_test_threads_SOURCES = tests/unit/test_threads.c
tests_unit_test_threads_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_threads_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_settings
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c
tests_unit_test_settings_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_settings_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_streaming
tests_unit_test_streaming_SOURCES = tests/unit/test_streaming.c
tests_unit_test_streaming_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_streaming_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_contexts
tests_unit_test_contexts_SOURCES = tests/unit/test_contexts.c
tests_unit_test_contexts_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_contexts_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_line
tests_unit_test_line_SOURCES = tests/unit/test_line.c tests/unit/verify_help.h
tests_unit_test_line_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_line_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_lines
tests_unit_test_lines_SOURCES = tests/unit/test_lines.c tests/unit/lines_help.h
tests_unit_test_lines_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_lines_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_keeping
tests_unit_test_keeping_SOURCES = tests/unit/test_keeping.c tests/unit/keeping_help.h
tests_unit_test_keeping_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_keeping_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_kept
tests_unit_test_kept_SOURCES = tests/unit/test_kept.c tests/unit/keeping_help.h
tests_unit_test_kept_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_kept_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_layers
tests_unit_test_layers_SOURCES = tests/unit/test_layers.c
tests_unit_test_layers_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_layers_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_making
tests_unit_test_making_SOURCES = tests/unit/test_making.c tests/unit/making_help.h
tests_unit_test_making_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_making_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_train
tests_unit_test_train_SOURCES = tests/unit/test_train.c
tests_unit_test_train_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_train_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_trial
tests_unit_test_trial_SOURCES = tests/unit/test_trial.c
tests_unit_test_trial_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_trial_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_unmade
tests_unit_test_unmade_SOURCES = tests/unit/test_unmade.c tests/unit/failing.h \
	tests/unit/making_help.h
tests_unit_test_unmade_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_unmade_LDADD = libtesting.la

check_PROGRAMS += tests/unit/test_verify
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c tests/unit/verify_help.h
tests_unit_test_verify_CPPFLAGS = $(lh_test_cppflags)
tests_unit_test_verify_LDADD = libtesting.la
endif
