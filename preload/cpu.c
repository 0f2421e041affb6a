/* SPDX-License-Identifier: Apache-2.0 */
/* Timers, and what happens when one expires. */
#include "preload/cpu.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/code_memory.h"
#include "preload/code_threads.h"
#include "preload/cpu_signal.h"
#include "preload/recording.h"
#include "preload/stack_cache.h"
#include "preload/thread.h"
#include "preload/tree.h"
#include "preload/unwind.h"
#include "preload/work.h"

/*
 * A signal tells how often its timer expired. More than this, in nanoseconds, means that it was
 * held back, in a handler that blocks all signals perhaps, and that the time went elsewhere.
 */
#define HELD_BACK 50000000u

#define MISSED UINT32_MAX
#define STACK_TO_BEGIN (64u << 10) /* Paths of PATH_MAX bytes are made there. */

static uint64_t period; /* Nanoseconds. Its address marks the signals of our timers. */
static int signal_number;
static int starter; /* The timer of recoat_cpu_await(). Its address marks its signal. */
static _Atomic bool running;

/* ---- In the signal handler. ---- */

/* In a moved instruction, the function that it was moved from is meant. */
static struct recoat_registers interrupted(const ucontext_t *context)
{
	const greg_t *registers = context->uc_mcontext.gregs;

	return (struct recoat_registers){
		.pc = recoat_code_origin((uint64_t)registers[REG_RIP]),
		.sp = (uint64_t)registers[REG_RSP],
		.bp = (uint64_t)registers[REG_RBP],
		.exact = true,
	};
}

static const struct recoat_stack *stack_of(struct recoat_thread *thread, uint64_t sp)
{
	if (thread->attached)
		return &thread->attached->stack;
	if (!thread->own_stack_known)
		recoat_stack_find(&thread->own_stack, sp);
	thread->own_stack_known = true;
	return &thread->own_stack;
}

static uint32_t path_of(struct recoat_thread *thread, const struct recoat_registers *start)
{
	const struct recoat_stack *stack = stack_of(thread, start->sp);
	enum recoat_unwind_end end;
	size_t count = recoat_unwind(start, stack, thread->frames, RECOAT_FRAMES_MAX, &end);
	uint32_t path = end == RECOAT_UNWIND_OUTERMOST ? RECOAT_PATH_ROOT : RECOAT_PATH_UNKNOWN;

	/* No return address: readers look up the byte before. */
	thread->frames[0]++;
	while (count-- > 0 && path != MISSED)
		path = recoat_tree_try_intern(path, thread->frames[count], recoat_local.forking);
	return path;
}

static void lose(struct recoat_thread *thread, uint64_t periods)
{
	thread->samples.total->lost += periods;
	recoat_drop(RECOAT_DROP_SAMPLES);
}

static void count_path(struct recoat_thread *thread, const ucontext_t *context, uint64_t periods)
{
	struct recoat_registers start = interrupted(context);
	uint32_t path = path_of(thread, &start);

	if (path == MISSED || !recoat_cpu_counters_add(&thread->samples, thread->shard, path,
						       recoat_work_link(thread), periods))
		lose(thread, periods);
}

/*
 * A thread inside the runtime may hold its locks, so nothing is done but counting. In the
 * target's allocator, which the runtime calls, it holds none.
 */
static void sample(struct recoat_thread *thread, const ucontext_t *context, uint64_t expiries)
{
	struct recoat_cpu_total *total = thread->samples.total;
	struct recoat_thread *idle = recoat_local.idle;
	uint64_t most = 1 + HELD_BACK / period;
	uint64_t periods = expiries < most ? expiries : most;

	total->samples++;
	total->periods += expiries;
	total->lost += expiries - periods;
	if (!idle && !recoat_local.lent) {
		total->in_runtime += periods;
		return;
	}
	recoat_local.idle = NULL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	count_path(thread, context, periods);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	recoat_local.idle = idle;
}

/*
 * A recording can begin here: what that takes is async-signal-safe in all but name, if there
 * is stack enough. Else it begins at another event.
 */
static void begin_recording(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	struct recoat_stack stack;

	syscall(SYS_timer_delete, starter);
	recoat_stack_find(&stack, here);
	if (recoat_stack_has(&stack, here) && here - stack.low >= STACK_TO_BEGIN)
		recoat_cpu_attach();
}

static void handle(int signal, siginfo_t *info, void *context)
{
	struct recoat_thread *thread = recoat_local.sampled;
	int kept = errno;

	recoat_cpu_signal_let_interrupt(signal, context);
	if (info->si_code == SI_TIMER && info->si_value.sival_ptr == &starter)
		begin_recording();
	else if (recoat_threads_wait_here(info, context))
		;
	else if (info->si_code != SI_TIMER || info->si_value.sival_ptr != &period)
		recoat_cpu_signal_foreign(signal);
	else if (thread && atomic_load_explicit(&running, memory_order_relaxed))
		sample(thread, context, 1 + (uint64_t)(unsigned)info->si_overrun);
	errno = kept;
}

/* ---- Timers. ---- */

static void unblock(int signal)
{
	uint64_t mask = 1ull << (signal - 1);

	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, sizeof mask);
}

/* The first period is cut at random, so that many short threads give a fair sample. */
static void set_timer(int timer)
{
	uint64_t first = 1 + recoat_clock_span() * 0x9E3779B97F4A7C15ull % period;
	struct itimerspec times = {
		.it_value = {.tv_sec = (time_t)(first / 1000000000u),
			     .tv_nsec = (long)(first % 1000000000u)},
		.it_interval = {.tv_sec = (time_t)(period / 1000000000u),
				.tv_nsec = (long)(period % 1000000000u)},
	};

	syscall(SYS_timer_settime, timer, 0, &times, NULL);
}

static void delete_timer(struct recoat_thread *thread)
{
	if (thread->timer_runs)
		syscall(SYS_timer_delete, thread->timer);
	thread->timer_runs = false;
}

/*
 * A timer on the CPU clock of the calling thread, by system call: libc's timer_create may
 * allocate, and start a thread. `mark` comes with its signals.
 */
static bool create_timer(int *timer, void *mark)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = signal_number,
		.sigev_value = {.sival_ptr = mark},
	};

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	return !syscall(SYS_timer_create, CLOCK_THREAD_CPUTIME_ID, &event, timer);
}

static bool start_timer(struct recoat_thread *thread)
{
	thread->timer_runs = create_timer(&thread->timer, &period);
	return thread->timer_runs;
}

void recoat_cpu_arm(struct recoat_thread *thread)
{
	int kept = errno;

	/* The state's last thread may have ended without saying so. */
	delete_timer(thread);
	if (!atomic_load_explicit(&running, memory_order_relaxed) ||
	    !recoat_cpu_signal_is_ours(signal_number))
		return;
	if (recoat_cpu_counters_open(&thread->samples, thread->shard) && start_timer(thread)) {
		recoat_local.sampled = thread;
		unblock(signal_number);
		set_timer(thread->timer);
	} else {
		recoat_drop(RECOAT_DROP_TIMERS);
	}
	errno = kept;
}

void recoat_cpu_disarm(struct recoat_thread *thread)
{
	int kept = errno;

	recoat_local.sampled = NULL;
	delete_timer(thread);
	errno = kept;
}

/* ---- The process. ---- */

/* Not waiting for the lock: this may be a signal handler of the target's. */
static void tell(const char *stopped)
{
	struct recoat_cpu_sampling event = {
		.period_ns = period, .signal = (uint32_t)signal_number, .stopped = stopped};

	if (!recoat_lock_try(&recoat_process_lock))
		return;
	recoat_put_cpu_sampling(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

void recoat_cpu_start(unsigned rate)
{
	atomic_store_explicit(&running, false, memory_order_relaxed);
	if (!rate)
		return;
	period = 1000000000u / rate;
	signal_number = recoat_cpu_signal_claim(handle);
	atomic_store_explicit(&running, signal_number != 0, memory_order_relaxed);
	tell(signal_number ? "" : "the program uses all signals that could serve");
}

void recoat_cpu_await(void)
{
	int kept = errno;

	if (atomic_load_explicit(&running, memory_order_relaxed) &&
	    create_timer(&starter, &starter))
		set_timer(starter);
	errno = kept;
}

void recoat_cpu_stop(const char *reason)
{
	int kept = errno;

	if (!atomic_exchange_explicit(&running, false, memory_order_relaxed))
		return;
	for (struct recoat_thread *at = recoat_thread_first(); at; at = at->next)
		delete_timer(at);
	tell(reason);
	errno = kept;
}

void recoat_cpu_attach(void)
{
	struct recoat_thread *thread;

	if (!atomic_load_explicit(&running, memory_order_relaxed))
		return;
	thread = recoat_thread_enter();
	if (thread)
		recoat_thread_leave(thread);
}
