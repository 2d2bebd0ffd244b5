## Measurements that take too long for make check.

EXTRA_PROGRAMS = bench/exhaustive bench/doubles
CLEANFILES += bench/exhaustive$(EXEEXT) bench/doubles$(EXEEXT)
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
