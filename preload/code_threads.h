/* SPDX-License-Identifier: Apache-2.0 */
/* Holding all other threads still while code is changed under them. */
#ifndef RECOAT_CODE_THREADS_H
#define RECOAT_CODE_THREADS_H

/*
 * A thread that was preempted between two instructions goes on at the second one, whatever
 * stands there by then. Bytes that hold more than one instruction can therefore be replaced
 * only when no thread stands between them, and none can come there meanwhile.
 *
 * So each other thread gets the runtime's signal (cpu_signal.h), and waits in the handler. If it
 * was interrupted in the middle, the handler lets it go on at the same instruction where that
 * was moved to. If a handler of the target's has interrupted it there, further out on the stack,
 * that handler must return first. Threads that appear meanwhile get it too, until a list of them
 * has none that is new: threads that wait make no others. All of it has a time limit. A system call
 * that the signal ended with EINTR, though the target had nothing to do with it, is executed
 * again; one that waits for a span of time then waits all of it again.
 */

#include <stdbool.h>
#include <stdint.h>

/* Bytes in which no thread may stand, of the function that a cell serves (code_memory.h). */
struct recoat_middle {
	uint64_t from;
	uint64_t end;
	uint32_t cell;
};

/*
 * Call `act` while all other threads wait and none stands in the middle. It may not take a
 * lock that is not the kernel's: a thread that waits may hold it. Returns what `act` does, or
 * why the threads could not be stopped; `act` was not called then. One caller at a time; not in
 * a signal handler; keeps errno.
 */
const char *recoat_threads_stopped(const struct recoat_middle *middle,
				   const char *(*act)(void *data), void *data);

/*
 * Claim the runtime's signal if it is not, so that threads which block all signals from now on
 * leave it deliverable: they could not be stopped.
 */
void recoat_threads_claim(void);

/* For the handler of the runtime's signal: is it ours? Then the thread has waited here. */
bool recoat_threads_wait_here(const void *info, void *context);

#endif
