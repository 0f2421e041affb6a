/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers of SIGSEGV and SIGBUS, and the actions that the target believes it has. */
#include "preload/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/cpu_signal.h"
#include "preload/hot.h"
#include "preload/vectors.h"

static const int numbers[] = {SIGSEGV, SIGBUS};
#define NUMBERS (sizeof numbers / sizeof *numbers)
#define SIGNALS 64

enum state {
	NOT_YET,
	INSTALLING,
	CAUGHT,
	NEVER, /* A handler would find the signals blocked, or they are ignored. */
};
static _Atomic int state;
static pid_t installed_by; /* 0: nobody. A vfork child shares our memory, but not its actions. */

/* What the target has asked for: written beside what is in force, so that handlers see either. */
static struct believed {
	struct sigaction action[2];
	_Atomic unsigned current;
} believed[NUMBERS];

/* Whether this thread's mask lets both signals through; not known after it has changed. */
static __thread enum { UNKNOWN, OPEN, BLOCKED } mask __attribute__((tls_model("initial-exec")));

static struct believed *believed_of(int signal)
{
	return &believed[signal == SIGBUS];
}

static const struct sigaction *action_of(int signal)
{
	const struct believed *of = believed_of(signal);

	return &of->action[atomic_load_explicit(&of->current, memory_order_acquire)];
}

static void believe(int signal, const struct sigaction *action)
{
	struct believed *of = believed_of(signal);
	unsigned next = !atomic_load_explicit(&of->current, memory_order_relaxed);

	of->action[next] = *action;
	atomic_store_explicit(&of->current, next, memory_order_release);
}

static bool has_handler(const struct sigaction *action)
{
	return action->sa_flags & SA_SIGINFO ||
	       (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static bool is_ignored(const struct sigaction *action)
{
	return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_IGN;
}

/* Let the signal do what it does by default, once the handler has returned. */
static void die(int signal, siginfo_t *info)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	recoat_real_sigaction(signal, &standard, NULL);
	if (info->si_code <= 0)
		syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, info);
}

static __attribute__((noinline)) void forget_handler(int signal)
{
	believe(signal, &(struct sigaction){.sa_handler = SIG_DFL});
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	greg_t *pc = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	const struct sigaction *action;

	if (info->si_code > 0 && *pc == (greg_t)recoat_peek_load) {
		*pc = (greg_t)recoat_peek_failed;
		return;
	}
	action = action_of(signal);
	if (is_ignored(action) && info->si_code <= 0)
		return;
	if (!has_handler(action)) {
		die(signal, info);
		return;
	}
	if (action->sa_flags & (int)SA_RESETHAND)
		forget_handler(signal);
	/* While it runs the signal is blocked, and what else it wants. */
	mask = UNKNOWN;
	/* Jumps, both: the handler has the stack that it would have without us. */
	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(signal, info, context);
	else
		action->sa_handler(signal);
}

/* Ours in place of `wanted`, under the same conditions. */
static int install(int signal, const struct sigaction *wanted)
{
	struct sigaction action = {.sa_sigaction = on_fault,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK};

	if (has_handler(wanted)) {
		action.sa_mask = wanted->sa_mask;
		action.sa_flags = (wanted->sa_flags | SA_SIGINFO) & (int)~SA_RESETHAND;
	}
	return recoat_real_sigaction(signal, &action, NULL);
}

/* The handlers of the two signals themselves are called by ours. */
static bool may_block(int signal, const struct sigaction *action)
{
	return signal != SIGSEGV && signal != SIGBUS && has_handler(action) &&
	       (sigismember(&action->sa_mask, SIGSEGV) == 1 ||
		sigismember(&action->sa_mask, SIGBUS) == 1);
}

/* Would any handler find the signals blocked? */
static bool any_handler_blocks(void)
{
	struct sigaction action;

	for (int signal = 1; signal <= SIGNALS; signal++)
		if (!recoat_real_sigaction(signal, NULL, &action) && may_block(signal, &action))
			return true;
	return false;
}

static enum state install_all(void)
{
	struct sigaction action[NUMBERS];

	for (unsigned i = 0; i < NUMBERS; i++) {
		if (recoat_real_sigaction(numbers[i], NULL, &action[i]) || is_ignored(&action[i]))
			return NEVER;
		believe(numbers[i], &action[i]);
	}
	if (any_handler_blocks())
		return NEVER;
	installed_by = getpid();
	for (unsigned i = 0; i < NUMBERS; i++)
		if (install(numbers[i], &action[i]))
			return NEVER;
	return CAUGHT;
}

static RECOAT_SLOW bool begin(void)
{
	int kept = errno, expected = NOT_YET;

	recoat_vectors_save();
	if (atomic_compare_exchange_strong(&state, &expected, INSTALLING)) {
		expected = INSTALLING;
		/* Not if a handler that blocks them has been set meanwhile. */
		atomic_compare_exchange_strong(&state, &expected, (int)install_all());
	}
	errno = kept;
	return atomic_load_explicit(&state, memory_order_relaxed) == CAUGHT;
}

static RECOAT_SLOW void look_at_mask(void)
{
	uint64_t blocked = ~0ull;
	int kept = errno;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked);
	errno = kept;
	mask = blocked & (1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1)) ? BLOCKED : OPEN;
}

bool recoat_fault_caught(void)
{
	int now = atomic_load_explicit(&state, memory_order_relaxed);

	if (__builtin_expect(now != CAUGHT, 0) && (now != NOT_YET || !begin()))
		return false;
	if (__builtin_expect(mask == UNKNOWN, 0))
		look_at_mask();
	return mask == OPEN;
}

bool recoat_fault_is_ours(int signal)
{
	return (signal == SIGSEGV || signal == SIGBUS) && installed_by &&
	       installed_by == getpid();
}

int recoat_fault_action(int signal, const struct sigaction *wanted, struct sigaction *old)
{
	struct sigaction before = *action_of(signal);

	if (wanted) {
		/* First: ours, once it is installed, asks for it. */
		believe(signal, wanted);
		if (is_ignored(wanted))
			atomic_store_explicit(&state, NEVER, memory_order_relaxed);
		if (is_ignored(wanted) ? recoat_real_sigaction(signal, wanted, NULL)
				       : install(signal, wanted))
			return -1;
	}
	if (old)
		*old = before;
	return 0;
}

void recoat_fault_see_action(int signal, const struct sigaction *wanted)
{
	if (wanted && may_block(signal, wanted))
		atomic_store_explicit(&state, NEVER, memory_order_relaxed);
}

void recoat_fault_see_mask(void)
{
	mask = UNKNOWN;
}

void recoat_fault_reset(void)
{
	if (installed_by)
		installed_by = getpid();
}
