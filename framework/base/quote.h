/* quote.h -- texts from outside made safe for the place that they go to. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_QUOTE_H
#define LHI_QUOTE_H

#include "framework/base/text.h"

/* The bytes of the well-formed UTF-8 character at the front of `size` bytes, and its code;
 * 0 when there is none.  SIZE_MAX: of a text that ends with a 0. */
size_t lhi_character(const char *at, size_t size, unsigned long *code);

/* What stands at the front of `size` bytes as a terminal can show it: a character, \x1b for a byte
 * that is a control character or no UTF-8, <U+202E> for what cannot be seen.  Returns the bytes
 * that it is of. */
enum { LHI_GLYPH = 12 };
size_t lhi_glyph(const char *at, size_t size, char glyph[LHI_GLYPH]);
/* A text so. */
void lhi_add_legible(lhi_text *t, const char *at, size_t size);

/* A copy fit for a message: at most room - 1 bytes, with "..." when it was cut, ? for control
 * characters and what is not UTF-8, <U+00A0> for what cannot be seen.  Returns `to`; room is
 * at least 12. */
const char *lhi_legible(char *to, size_t room, const char *at, size_t size);

/* What is not UTF-8 becomes ?, in place. */
void lhi_make_utf8(char *text);
/* Valid UTF-8, with U+FFFD for each byte that is none. */
void lhi_add_utf8(lhi_text *t, const char *at, size_t size);
/* A string of JSON with its quotes, always valid UTF-8. */
void lhi_add_json(lhi_text *t, const char *text);
/* A text within HTML or an attribute of it. */
void lhi_add_html(lhi_text *t, const char *text);
/* A field of RFC 4180. */
void lhi_add_csv(lhi_text *t, const char *text);
/* A word that a shell takes as it stands. */
void lhi_add_shell(lhi_text *t, const char *text);
/* A text as a string of gnuplot that nothing in it can leave: of 256 bytes at most,
 * blanks for control characters. */
void lhi_add_quoted(lhi_text *t, const char *text);
/* The same for the name of a file: every byte is kept, and what is not UTF-8 is written \351. */
void lhi_add_path(lhi_text *t, const char *path);

#endif
