## Measurements that take too long for make check.

EXTRA_PROGRAMS = bench/exhaustive
CLEANFILES += bench/exhaustive$(EXEEXT)
bench_exhaustive_SOURCES = bench/exhaustive.c $(lh_system_sources)
bench_exhaustive_CFLAGS = $(AM_CFLAGS) $(LH_VECTOR)
if X86
## The bits are the same without, and take ten times as long.
bench_exhaustive_CFLAGS += $(LH_AVX2)
endif
bench_exhaustive_LDADD = libcore.la $(HDF5_LIBS)

.PHONY: exhaustive
exhaustive: bench/exhaustive$(EXEEXT)
	bench/exhaustive$(EXEEXT)
