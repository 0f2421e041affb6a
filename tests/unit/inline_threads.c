/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks that come and go while other threads run the function, or stand where they may not. */
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/code_task.h"
#include "preload/cpu_signal.h"
#include "preload/inline_hook.h"
#include "tests/unit/inline_shapes.h"

#define TRAP_FLAG 0x100
#define TOGGLES 10000    /* Where no thread must be stopped, */
#define TOGGLES_STOP 100 /* and where all must: each must get its turn to run for that. */
#define CALLERS 3
#define ATTEMPTS 100 /* Of a third of a second each, at most. */

static const struct inline_shape *shape(const char *name)
{
	const struct inline_shape *at = inline_shapes;

	while (at->name && strcmp(at->name, name))
		at++;
	assert_non_null(at->name);
	return at;
}

static void prepare(struct recoat_inline_hook *hook, const char *name)
{
	const struct inline_shape *at = shape(name);

	assert_null(recoat_inline_prepare(hook, (uint64_t)at->function, at->size));
}

/* On a machine with much to do, a thread may not get its turn in time. */
static bool is_temporary(const char *reason)
{
	return strstr(reason, "stop") != NULL;
}

/* Until there is an answer that does not depend on what else the machine has to do. */
static const char *enable(struct recoat_inline_hook *hook)
{
	const char *reason = recoat_inline_enable(hook, hook->original);

	for (int i = 1; reason && is_temporary(reason) && i < ATTEMPTS; i++)
		reason = recoat_inline_enable(hook, hook->original);
	return reason;
}

/* ---- Under fire. ---- */

static _Atomic bool firing;
static _Atomic uint64_t wrong, right;

static void *call_again_and_again(void *function)
{
	uint64_t (*called)(uint64_t, uint64_t) = (uint64_t(*)(uint64_t, uint64_t))function;
	uint64_t expected = called(123, 45);
	uint64_t count = 0;

	while (atomic_load_explicit(&firing, memory_order_relaxed)) {
		for (int i = 0; i < 1000; i++)
			count += called(123, 45) == expected;
		atomic_fetch_add(&right, count);
		atomic_fetch_add(&wrong, 1000 - count);
		count = 0;
	}
	return NULL;
}

static void toggle_under_fire(const char *name, unsigned times)
{
	struct recoat_inline_hook hook;
	pthread_t thread[CALLERS];
	unsigned enabled = 0;

	prepare(&hook, name);
	firing = true;
	right = wrong = 0;
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&thread[i], NULL, call_again_and_again, (void *)hook.function);
	for (unsigned i = 0; i < times; i++) {
		const char *reason = recoat_inline_enable(&hook, hook.original);

		if (reason)
			assert_true(is_temporary(reason));
		else
			assert_null(recoat_inline_disable(&hook));
		enabled += !reason;
	}
	firing = false;
	for (int i = 0; i < CALLERS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(wrong, 0);
	assert_true(right > 0);
	assert_true(enabled > 0);
}

static void hooks_come_and_go_under_fire(void **state)
{
	(void)state;
	toggle_under_fire("frame", TOGGLES_STOP);
	toggle_under_fire("protected_frame", TOGGLES_STOP);
	toggle_under_fire("five_pushes", TOGGLES_STOP);
	toggle_under_fire("one_long", TOGGLES);
}

/* ---- In the middle. ---- */

static uint64_t middle_start, middle_end;
static _Atomic bool arrived, leave;

/* Steps through the function and stays where the second instruction is about to begin. */
static void on_trap(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint64_t pc = (uint64_t)registers[REG_RIP];

	(void)number, (void)info;
	if (pc <= middle_start || pc >= middle_end)
		return;
	registers[REG_EFL] &= ~TRAP_FLAG;
	arrived = true;
	while (!leave)
		usleep(100);
}

static void *stand_in_the_middle(void *function)
{
	uint64_t (*called)(uint64_t, uint64_t) = (uint64_t(*)(uint64_t, uint64_t))function;

	__asm__ volatile(
		"sub $128, %%rsp; pushfq; orl %0, (%%rsp); popfq; add $128, %%rsp" ::"i"(TRAP_FLAG)
		: "memory", "cc");
	return (void *)called(123, 45);
}

static void a_thread_in_the_middle_is_seen(void **state)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO}, before;
	struct recoat_inline_hook hook, elsewhere;
	pthread_t thread;
	const char *reason;
	void *result;

	(void)state;
	prepare(&hook, "frame");
	prepare(&elsewhere, "five_pushes");
	middle_start = hook.function;
	middle_end = hook.function + RECOAT_JUMP_BYTES;
	sigaction(SIGTRAP, &action, &before);
	pthread_create(&thread, NULL, stand_in_the_middle, (void *)hook.function);
	while (!arrived)
		usleep(100);
	reason = enable(&hook);
	assert_non_null(reason);
	assert_string_equal(reason, "a thread stands in the bytes to be overwritten");
	assert_null(enable(&elsewhere));
	assert_null(recoat_inline_disable(&elsewhere));
	leave = true;
	pthread_join(thread, &result);
	sigaction(SIGTRAP, &before, NULL);
	assert_int_equal((uint64_t)result, 123 + 2 * 45);
	assert_null(enable(&hook));
	assert_null(recoat_inline_disable(&hook));
}

/* ---- Out of reach. ---- */

static _Atomic bool ready, done;
static _Atomic pid_t waiting; /* The thread that is to wait in a system call. */

static void await_call(long number)
{
	struct recoat_task task;

	while (!waiting || !recoat_task_read(waiting, &task) || task.call.number != number)
		usleep(100);
	waiting = 0;
}

static void *block_all(void *unused)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	ready = true;
	while (!done)
		usleep(100);
	return unused;
}

static void *wait_for_signals(void *unused)
{
	const struct timespec long_enough = {.tv_sec = 30};
	sigset_t all;

	sigemptyset(&all);
	sigaddset(&all, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	sigfillset(&all);
	waiting = gettid();
	return sigtimedwait(&all, NULL, &long_enough) == SIGUSR1 ? unused : (void *)1;
}

static void assert_refused(const char *expected)
{
	struct recoat_inline_hook hook;
	uint8_t before[16];
	const char *reason;

	prepare(&hook, "frame");
	memcpy(before, (const void *)hook.function, sizeof before);
	reason = recoat_inline_enable(&hook, hook.original);
	assert_non_null(reason);
	assert_string_equal(reason, expected);
	assert_memory_equal(before, (const void *)hook.function, sizeof before);
	/* A function whose first bytes are one instruction needs nobody to stop. */
	prepare(&hook, "one_long");
	assert_null(recoat_inline_enable(&hook, hook.original));
	assert_null(recoat_inline_disable(&hook));
}

static void a_thread_that_cannot_be_stopped_is_a_reason(void **state)
{
	pthread_t thread;
	void *result;

	(void)state;
	pthread_create(&thread, NULL, block_all, NULL);
	while (!ready)
		usleep(100);
	assert_refused("a thread blocks the signal that is to stop it");
	done = true;
	pthread_join(thread, NULL);

	pthread_create(&thread, NULL, wait_for_signals, NULL);
	await_call(SYS_rt_sigtimedwait);
	assert_refused("a thread waits for signals and would take ours");
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &result);
	assert_null(result);
}

/* ---- Not to be noticed. ---- */

static int pipes[2];

/* No signal handler can be followed by anything but EINTR from poll(). */
static void *poll_once(void *unused)
{
	struct pollfd wanted = {.fd = pipes[0], .events = POLLIN};
	int got;

	waiting = gettid();
	got = poll(&wanted, 1, -1);
	return got == 1 ? unused : (void *)(uint64_t)errno;
}

static void *end_at_once(void *unused)
{
	return unused;
}

static void system_calls_go_on(void **state)
{
	struct recoat_inline_hook hook;
	pthread_t thread, brief;
	void *result;

	(void)state;
	prepare(&hook, "frame");
	assert_int_equal(pipe(pipes), 0);
	pthread_create(&thread, NULL, poll_once, NULL);
	await_call(SYS_poll);
	for (int i = 0; i < 200; i++) {
		pthread_create(&brief, NULL, end_at_once, NULL);
		assert_null(enable(&hook));
		assert_null(recoat_inline_disable(&hook));
		pthread_join(brief, NULL);
	}
	assert_int_equal(write(pipes[1], "", 1), 1);
	pthread_join(thread, &result);
	assert_int_equal((uint64_t)result, 0);
}

static int init(void **state)
{
	(void)state;
	recoat_inline_init();
	return 0;
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/* It holds signals back, and has a thread that blocks all. */
	puts("1..0 # SKIP not under ThreadSanitizer");
	return 0;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hooks_come_and_go_under_fire),
		cmocka_unit_test(a_thread_in_the_middle_is_seen),
		cmocka_unit_test(a_thread_that_cannot_be_stopped_is_a_reason),
		cmocka_unit_test(system_calls_go_on),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
