/* SPDX-License-Identifier: Apache-2.0 */
/* The names that a program gives its threads. */
#ifndef RECOAT_THREAD_NAME_H
#define RECOAT_THREAD_NAME_H

/*
 * A thread begins with the name of the one that made it, so all have the process's own unless
 * somebody gives them another. Only those are recorded. Names are read from the kernel; nothing is
 * intercepted.
 */

/* Keep the name that the process has now, with which names are compared. At its start, also in a
 * fork. */
void recoat_thread_name_start(void);

/* Record the calling thread's name, at its end. It must not be busy. */
void recoat_thread_name_put(void);

/* Record those of all threads, at the end of the process. */
void recoat_thread_names_put(void);

#endif
