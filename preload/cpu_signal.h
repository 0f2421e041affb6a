/* SPDX-License-Identifier: Apache-2.0 */
/* The signal of CPU sampling, and how it stays out of the target's sight. */
#ifndef RECOAT_CPU_SIGNAL_H
#define RECOAT_CPU_SIGNAL_H

/*
 * One real-time signal near the top that has its default action. While it is ours,
 *
 *   - the target sees the action that it would have without us; asking for the default or for
 *     it to be ignored is remembered, no more (the default would kill: programs reset all
 *     signals in a loop); a handler of the target's ends the sampling and is installed;
 *   - it is left out of the masks that the target blocks, as libc leaves out its own signals.
 *     Else it would wait there and come out of sigwait, or end a sigsuspend, that it is
 *     nothing to;
 *   - one that somebody sent, and no timer, does what it would have done without us.
 *
 * All functions keep errno unless they say otherwise, and are async-signal-safe but for
 * recoat_cpu_signal_claim().
 */

#include <signal.h>
#include <stdbool.h>

typedef void recoat_signal_handler(int signal, siginfo_t *info, void *context);

/* Install `handler` for a signal that is free: its number, or 0. At start, and after fork. */
int recoat_cpu_signal_claim(recoat_signal_handler *handler);

/* Is `signal` the one that was claimed by this process and not given up? */
bool recoat_cpu_signal_is_ours(int signal);

/* The signal that is ours, or 0. */
int recoat_cpu_signal_number(void);

/* What sigaction() is to do for the signal that is ours. 0, or -1 with errno. */
int recoat_cpu_signal_action(const struct sigaction *wanted, struct sigaction *old);

/*
 * Whether a signal is ours is known from now on. Until then the one that is tried first is kept
 * out of masks: constructors of libraries, which run before ours, start threads that block all.
 */
void recoat_cpu_signal_settle(void);

/* `set`, or `copy` without our signal if `set` is about to block it. */
const sigset_t *recoat_cpu_signal_unmask(int how, const sigset_t *set, sigset_t *copy);

/* In the handler: the signal came from somewhere else. */
void recoat_cpu_signal_foreign(int signal);

/*
 * In the handler, whose context this is. If another signal that is to interrupt a system call
 * (no SA_RESTART) came together with ours, the kernel delivers ours first and makes the call
 * start again: let it fail with EINTR, as it would have without us. Where the kernel looks
 * at CPU clocks on the way back from a system call, this happens once in thousands of times.
 */
void recoat_cpu_signal_let_interrupt(int signal, void *context);

/* In the handler: will another signal with a handler be delivered when it returns? */
bool recoat_cpu_signal_others_pending(int signal, const void *context);

/* libc's. */
int recoat_real_sigaction(int signal, const struct sigaction *wanted, struct sigaction *old);

#endif
