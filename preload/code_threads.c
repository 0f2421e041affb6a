/* SPDX-License-Identifier: Apache-2.0 */
/* Stopping the world by signals, within a time limit. */
#include "preload/code_threads.h"

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/code_memory.h"
#include "preload/code_task.h"
#include "preload/cpu_signal.h"
#include "preload/memory.h"
#include "preload/unwind.h"

#define THREADS_MAX 4096
#define PATIENCE_NS 300000000         /* For one attempt to stop all. */
#define PATIENCE_BLOCKED_NS 100000000 /* For threads that have just begun, or left our handler. */
#define PAUSE_NS 20000
#define ATTEMPTS 20 /* A thread stood in the middle each time. */
#define FRAMES_MAX 100000

static const char not_stopped[] = "the other threads could not be stopped";
static const char in_the_middle[] = "a thread stands in the bytes to be overwritten";

enum { SENT, WAITS, GONE };

/* A thread that was sent the signal. The requester writes all but `state` before it sends. */
struct held {
	pid_t tid;
	_Atomic int state;
	bool inside; /* Written by the thread before it WAITS. */
	struct recoat_task_call call;
};

/* Written while no thread can be in its handler for this round: before the first signal. */
static struct {
	struct held *held;
	_Atomic uint32_t count;
	struct recoat_middle middle;
} now;

/* Rounds begun, and rounds over: a futex. A signal that comes late finds its round over. */
static _Atomic uint32_t begun;
static _Atomic uint32_t over;
static char mark; /* Its address comes with the signals. */

/* ---- In the threads that are stopped. ---- */

static struct held *find(pid_t tid)
{
	/* Acquire pairs with the release in hold(). */
	uint32_t count = atomic_load_explicit(&now.count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (now.held[i].tid == tid)
			return &now.held[i];
	}
	return NULL;
}

static bool is_middle(uint64_t pc)
{
	return pc - now.middle.from < now.middle.end - now.middle.from;
}

static void move_out(greg_t *registers)
{
	uint64_t pc = (uint64_t)registers[REG_RIP];

	if (is_middle(pc))
		registers[REG_RIP] = (greg_t)recoat_code_moved_place(now.middle.cell, pc);
}

/* No call is in the middle, so a pc there is an interrupted one, in any frame. */
static bool stands_inside(const greg_t *registers)
{
	const struct recoat_registers start = {
		.pc = (uint64_t)registers[REG_RIP],
		.sp = (uint64_t)registers[REG_RSP],
		.bp = (uint64_t)registers[REG_RBP],
		.exact = true,
	};
	struct recoat_cursor cursor;
	struct recoat_frame frame;
	enum recoat_unwind_end end = RECOAT_UNWIND_MORE;

	recoat_cursor_init(&cursor, &start, NULL);
	for (uint32_t i = 0; i < FRAMES_MAX && end == RECOAT_UNWIND_MORE; i++) {
		if (is_middle(cursor.registers.pc))
			return true;
		end = recoat_cursor_step(&cursor, &frame);
	}
	return false;
}

/* Ended by our signal and by no other that is to be handled: once more. */
static void repeat_call(const struct recoat_task_call *call, int signal, ucontext_t *context)
{
	greg_t *registers = context->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)registers[REG_RIP];

	if (call->number < 0 || registers[REG_RAX] != -EINTR ||
	    (uint64_t)registers[REG_RIP] != call->pc || (uint64_t)registers[REG_RSP] != call->sp ||
	    code[-2] != 0x0f || code[-1] != 0x05 ||
	    recoat_cpu_signal_others_pending(signal, context))
		return;
	registers[REG_RIP] -= 2;
	registers[REG_RAX] = call->number;
}

/* Rounds may have begun and ended since, if this thread was not scheduled. */
static bool is_over(uint32_t round, uint32_t last)
{
	return (int32_t)(last - round) >= 0;
}

static void wait_until_over(uint32_t round)
{
	uint32_t last;

	/* Acquire pairs with the release in let_go(): the new code is seen. */
	while (!is_over(round, last = atomic_load_explicit(&over, memory_order_acquire)))
		syscall(SYS_futex, &over, FUTEX_WAIT_PRIVATE, last, NULL, NULL, 0);
}

bool recoat_threads_wait_here(const void *information, void *context)
{
	const siginfo_t *info = information;
	/* Acquire pairs with the release in stop_all(). */
	uint32_t round = atomic_load_explicit(&begun, memory_order_acquire);
	ucontext_t *interrupted = context;
	struct held *self;

	if (info->si_code != SI_QUEUE || info->si_value.sival_ptr != &mark)
		return false;
	if (is_over(round, atomic_load_explicit(&over, memory_order_acquire)))
		return true;
	self = find((pid_t)syscall(SYS_gettid));
	if (!self || atomic_load_explicit(&self->state, memory_order_relaxed) != SENT)
		return true;
	repeat_call(&self->call, info->si_signo, interrupted);
	move_out(interrupted->uc_mcontext.gregs);
	self->inside = stands_inside(interrupted->uc_mcontext.gregs);
	/* Release pairs with the acquire in all_wait(). */
	atomic_store_explicit(&self->state, WAITS, memory_order_release);
	wait_until_over(round);
	return true;
}

/* Where CPU sampling, which has a handler of its own, is off. */
static void handle(int signal, siginfo_t *info, void *context)
{
	int kept = errno;

	if (!recoat_threads_wait_here(info, context))
		recoat_cpu_signal_foreign(signal);
	errno = kept;
}

void recoat_threads_claim(void)
{
	if (!recoat_cpu_signal_number())
		recoat_cpu_signal_claim(handle);
}

/* ---- In the thread that stops them. ---- */

struct round {
	int signal;
	pid_t self;
	bool only_looking;   /* No signal is sent. */
	bool fresh;          /* A thread was found that had not been sent the signal. */
	const char *unready; /* Why it was not sent it, if it was not. */
	const char *reason;
};

static void pause_a_little(void)
{
	const struct timespec time = {.tv_nsec = PAUSE_NS};

	syscall(SYS_nanosleep, &time, NULL);
}

static bool send_signal(int signal, pid_t tid)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};

	info.si_value.sival_ptr = &mark;
	return !syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, signal, &info);
}

static bool refuse(struct round *round, const char *reason)
{
	round->reason = reason;
	return false;
}

static bool try_later(struct round *round, const char *reason)
{
	round->unready = reason;
	return true;
}

static bool hold(struct round *round, pid_t tid)
{
	uint32_t count = atomic_load_explicit(&now.count, memory_order_relaxed);
	struct held *held = &now.held[count];
	struct recoat_task task;

	if (!recoat_task_read(tid, &task) || task.ended)
		return true;
	if (count == THREADS_MAX)
		return refuse(round, "there are too many threads to stop");
	if (task.blocked_signals >> (round->signal - 1) & 1)
		return try_later(round, "a thread blocks the signal that is to stop it");
	if (task.call.number == SYS_rt_sigtimedwait)
		return try_later(round, "a thread waits for signals and would take ours");
	if (round->only_looking)
		return true;
	*held = (struct held){.tid = tid, .call = task.call};
	atomic_store_explicit(&held->state, SENT, memory_order_relaxed);
	/* Release pairs with the acquire in find(). */
	atomic_store_explicit(&now.count, count + 1, memory_order_release);
	round->fresh = true;
	if (!send_signal(round->signal, tid))
		atomic_store_explicit(&held->state, GONE, memory_order_relaxed);
	return true;
}

static bool visit(pid_t tid, void *data)
{
	struct round *round = data;

	return tid == round->self || find(tid) || hold(round, tid);
}

static bool has_ended(pid_t tid)
{
	struct recoat_task task;

	return !recoat_task_read(tid, &task) || task.ended;
}

static bool all_wait(void)
{
	for (uint32_t i = 0; i < atomic_load_explicit(&now.count, memory_order_relaxed); i++) {
		struct held *held = &now.held[i];

		if (atomic_load_explicit(&held->state, memory_order_acquire) != SENT)
			continue;
		if (!has_ended(held->tid))
			return false;
		atomic_store_explicit(&held->state, GONE, memory_order_relaxed);
	}
	return true;
}

static bool any_inside(void)
{
	for (uint32_t i = 0; i < atomic_load_explicit(&now.count, memory_order_relaxed); i++) {
		if (atomic_load_explicit(&now.held[i].state, memory_order_relaxed) == WAITS &&
		    now.held[i].inside)
			return true;
	}
	return false;
}

/* All that were sent the signal wait now, or there is a reason why not. */
static void await_all(struct round *round, uint64_t limit)
{
	while (!all_wait()) {
		if (recoat_clock_monotonic() > limit) {
			round->reason = not_stopped;
			return;
		}
		pause_a_little();
	}
}

/* List the threads again and again until there are none that are new or not ready. */
static void list_all(struct round *round)
{
	uint64_t start = recoat_clock_monotonic();

	do {
		round->fresh = false;
		round->unready = NULL;
		if (!recoat_tasks_visit(visit, round) && !round->reason)
			round->reason = "the threads of the process cannot be listed";
		await_all(round, start + PATIENCE_NS);
		if (round->unready && recoat_clock_monotonic() > start + PATIENCE_BLOCKED_NS)
			round->reason = round->unready;
		else if (round->unready)
			pause_a_little();
	} while (!round->reason && (round->fresh || round->unready));
}

/* First without stopping any, or those that are ready would wait for those that never are. */
static void stop_all(struct round *round)
{
	atomic_store_explicit(&now.count, 0, memory_order_relaxed);
	/* Release pairs with the acquire in recoat_threads_wait_here(). */
	atomic_fetch_add_explicit(&begun, 1, memory_order_release);
	round->only_looking = true;
	list_all(round);
	round->only_looking = false;
	if (!round->reason)
		list_all(round);
	if (!round->reason && any_inside())
		round->reason = in_the_middle;
}

static void let_go(void)
{
	/* Release pairs with the acquire in wait_until_over(). */
	atomic_store_explicit(&over, atomic_load_explicit(&begun, memory_order_relaxed),
			      memory_order_release);
	syscall(SYS_futex, &over, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static const char *stop_and_act(const struct recoat_middle *middle, const char *(*act)(void *data),
				void *data)
{
	struct round round = {.reason = in_the_middle, .self = (pid_t)syscall(SYS_gettid)};

	recoat_threads_claim();
	round.signal = recoat_cpu_signal_number();
	if (!round.signal)
		return "no signal is free to stop the other threads";
	if (!now.held)
		now.held = recoat_map(THREADS_MAX * sizeof *now.held);
	if (!now.held)
		return "no memory for a list of threads";
	for (int i = 0; i < ATTEMPTS && round.reason == in_the_middle; i++) {
		round.reason = NULL;
		now.middle = *middle;
		stop_all(&round);
		if (!round.reason) {
			const char *reason = act(data);

			let_go();
			return reason;
		}
		let_go();
		pause_a_little();
	}
	return round.reason;
}

const char *recoat_threads_stopped(const struct recoat_middle *middle,
				   const char *(*act)(void *data), void *data)
{
	int kept = errno;
	const char *reason = recoat_tasks_alone() ? act(data) : stop_and_act(middle, act, data);

	errno = kept;
	return reason;
}
