## Drivers, each a program of one file; they see nothing but the public headers.

noinst_PROGRAMS += experiments/notes
experiments_notes_SOURCES = experiments/notes.c
experiments_notes_LDADD = liblonghand.la

noinst_PROGRAMS += experiments/own_op
experiments_own_op_SOURCES = experiments/own_op.c
experiments_own_op_LDADD = liblonghand.la -lm

noinst_PROGRAMS += experiments/vcurve
experiments_vcurve_SOURCES = experiments/vcurve.c
experiments_vcurve_LDADD = liblonghand.la -lm

noinst_PROGRAMS += experiments/saturation
experiments_saturation_SOURCES = experiments/saturation.c
experiments_saturation_LDADD = liblonghand.la -lm

noinst_PROGRAMS += experiments/letters
experiments_letters_SOURCES = experiments/letters.c
experiments_letters_LDADD = liblonghand.la

noinst_PROGRAMS += experiments/folds
experiments_folds_SOURCES = experiments/folds.c
experiments_folds_LDADD = liblonghand.la

EXTRA_DIST += experiments/page.txt experiments/pytorch/gradients.py experiments/octave/gradients.m
