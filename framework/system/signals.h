/* signals.h -- signals of a write, kept from ending the process. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SIGNALS_H
#define LHI_SIGNALS_H

#include <signal.h>

typedef struct lhi_muffled {
    sigset_t before;
    int pending; /* one of them waited already: it is not ours */
} lhi_muffled;

/* Between the two, a write to a closed pipe or beyond the largest size allowed for a file is
 * an error alone (EPIPE, EFBIG), and no signal as well.  `status` is what the write came to. */
void lhi_sys_muffle(lhi_muffled *m);
void lhi_sys_unmuffle(const lhi_muffled *m, int status);

#endif
