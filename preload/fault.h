/* SPDX-License-Identifier: Apache-2.0 */
/* Catching the fault of one load, without the target's noticing. */
#ifndef RECOAT_FAULT_H
#define RECOAT_FAULT_H

/*
 * From the first size that is read from memory on, the handlers of SIGSEGV and SIGBUS are ours.
 * They know one instruction, the load of recoat_peek_word(), and make it fail instead of fault.
 * Everything else is the target's:
 *
 *   - the target sees, and sets, the action that it would have without us. Ours is installed
 *     with the flags and the mask of its own, so that the kernel prepares what that expects, and
 *     calls it as the last thing it does;
 *   - without a handler of its own, a fault ends the process as it would have: the default is
 *     put back and the instruction executed again, or the signal sent again;
 *   - where it ignores one of the signals, which exec would hand on, the handlers are not ours.
 *
 * A fault is fatal where its signal is blocked. A thread's mask is looked at once, and again
 * after the target has changed it; if a handler of the target's blocks one of the two signals
 * while it runs, faults are not caught from then on. What is not seen: masks that sigsuspend,
 * ppoll, pselect and epoll_pwait set for handlers that interrupt them, and those of setcontext,
 * and bare system calls.
 *
 * All functions keep errno and are async-signal-safe.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether a load by this thread may fault. Installs the handlers when it is first asked. */
bool recoat_fault_caught(void);

/* Is `signal` one whose action the target believes to have? */
bool recoat_fault_is_ours(int signal);

/* What sigaction() is to do for such a signal. 0, or -1 with errno. */
int recoat_fault_action(int signal, const struct sigaction *wanted, struct sigaction *old);

/* The target sets the action of any signal, or has changed the mask of this thread. */
void recoat_fault_see_action(int signal, const struct sigaction *wanted);
void recoat_fault_see_mask(void);

/* In a forked child. */
void recoat_fault_reset(void);

/*
 * In arch/: the word at an aligned address; false if it cannot be read. Only while faults are
 * caught. The instruction that loads, and where it goes on if that fails.
 */
bool recoat_peek_word(uint64_t address, uint64_t *to);
extern const char recoat_peek_load[], recoat_peek_failed[];

#endif
