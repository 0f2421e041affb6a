/* SPDX-License-Identifier: Apache-2.0 */
/* CPU sampling: where threads are, each time they have used a little more CPU time. */
#ifndef RECOAT_CPU_H
#define RECOAT_CPU_H

/*
 * Each thread has a timer on its own CPU clock, which sends it a real-time signal. The handler
 * unwinds from the interrupted registers and counts the call path, with the innermost open
 * span, in the thread's counters (cpu_counters.h). The kernel looks at such timers at its
 * ticks only, 250 times a second perhaps; how often the timer expired since is in the signal,
 * and each sample counts for all of that.
 *
 * The timer runs from the moment when a thread gets its state (thread.h) until it ends. The
 * main thread and those made by pthread_create get one at their start, others at their first
 * event. An exec'd program starts anew; a forked child is not sampled until its recording begins.
 */

struct recoat_thread;

/* Sample this process `rate` times a second, or not if that is 0. Before threads are let in. */
void recoat_cpu_start(unsigned rate);

/* No more samples; the reason is recorded. Any thread, also from a signal handler. */
void recoat_cpu_stop(const char *reason);

/* Give the calling thread its state, and so its timer, if there is sampling. */
void recoat_cpu_attach(void);

/*
 * In a forked child whose heap is not recorded, and which so may never have an event: let its
 * recording begin when it has used some CPU time. The calling thread is the only one.
 */
void recoat_cpu_await(void);

/* Start and delete the timer of the calling thread, whose state this is. Errno is kept. */
void recoat_cpu_arm(struct recoat_thread *thread);
void recoat_cpu_disarm(struct recoat_thread *thread);

#endif
