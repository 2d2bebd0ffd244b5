## Drivers, each a program of one file; they see nothing but the public headers.

noinst_PROGRAMS += experiments/notes
experiments_notes_SOURCES = experiments/notes.c
experiments_notes_LDADD = liblonghand.la
