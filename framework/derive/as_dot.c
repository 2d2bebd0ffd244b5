/* as_dot.c -- not yet. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"
void lhi_as_dot(lhi_text *t, lhi_document *d) { (void)d; lhi_text_add(t, "x"); }
