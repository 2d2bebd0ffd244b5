## Drivers, each a program of one file; they see nothing but the public headers.

noinst_PROGRAMS += experiments/notes
experiments_notes_SOURCES = experiments/notes.c
experiments_notes_LDADD = liblonghand.la

## The same network in other programs, whose gradients can be checked.
EXTRA_DIST += experiments/pytorch/gradients.py experiments/octave/gradients.m
