/* name.h -- what may be the name of a parameter, an input, a variable, a series or an array. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_NAME_H
#define LHI_NAME_H

#include <stddef.h>

#define LHI_NAME 64 /* room for a name, with its final 0 */

/* A name is printed, looked up in lists with commas and becomes that of a link in a file.  One of
 * a variable stands in a line of the tape besides, "Z1 = add(%1, b1)", and "|dZ1|" is a series. */
enum lhi_name_use { LHI_NAME_OF_ANY, LHI_NAME_OF_VARIABLE };

/* NULL when these bytes can be a name, else what is wrong with them: "it is empty". */
const char *lhi_name_fault(const char *name, size_t length, enum lhi_name_use use);

#endif
