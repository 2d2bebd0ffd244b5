/* await.h -- waiting for other processes with an end to it, and being one of several. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_AWAIT_H
#define LHI_AWAIT_H

/* What follows waits for other processes: where it has not come back after so many seconds this
 * process tells who it is and what it waited for, and ends.  `doing` is read then. */
void lhi_sys_await(const char *doing, double seconds);
void lhi_sys_arrived(void);
/* How this process is called in that message, with its number among so many. */
void lhi_sys_await_as(const char *program, int rank, int size);

/* Bytes that processes of this machine can have in common; infinity where nobody says. */
double lhi_sys_room_in_common(void);

/* Called when the process ends by itself. */
void lhi_sys_at_exit(void (*f)(void));

/* From here on another process speaks and writes for this one: what it prints to standard output
 * goes nowhere, and so do its files, which are taken for written. */
void lhi_sys_look_only(void);

#endif
