/* SPDX-License-Identifier: Apache-2.0 */
/* Claiming a signal, and answering for the action that the target believes it has. */
#include "preload/cpu_signal.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/cpu.h"

#define FIRST_CHOICE (SIGRTMAX - 2)
#define CHOICES 8 /* Signals that are tried, from the first choice downwards. */

static _Atomic int ours;     /* 0 if there is none. */
static _Atomic bool settled; /* Whether the runtime has begun. */
static pid_t claimed_by;     /* A vfork child has its memory, but not its timers. */
static recoat_signal_handler *installed;
static struct sigaction believed; /* What the target has asked for. */

int recoat_real_sigaction(int signal, const struct sigaction *wanted, struct sigaction *old)
{
	static void *found;
	void *real = __atomic_load_n(&found, __ATOMIC_RELAXED);

	if (!real) {
		real = dlsym(RTLD_NEXT, "sigaction");
		__atomic_store_n(&found, real, __ATOMIC_RELAXED);
	}
	if (real)
		return ((int (*)(int, const struct sigaction *, struct sigaction *))real)(
			signal, wanted, old);
	errno = ENOSYS;
	return -1;
}

/* Synchronous signals stay deliverable, so that a fault in the handler is told as one. */
static void fill_mask(sigset_t *mask)
{
	static const int synchronous[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

	sigfillset(mask);
	for (unsigned i = 0; i < sizeof synchronous / sizeof *synchronous; i++)
		sigdelset(mask, synchronous[i]);
}

/*
 * SA_ONSTACK: programs whose ordinary stacks are small (Go, OCaml) say so by having an
 * alternate one, and all handlers are expected to use it.
 */
static bool claim(int signal, recoat_signal_handler *handler)
{
	struct sigaction action = {.sa_sigaction = handler,
				   .sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK};
	struct sigaction now;

	if (recoat_real_sigaction(signal, NULL, &now))
		return false;
	if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == installed)
		return true; /* Inherited by fork, with what is believed. */
	if (now.sa_flags & SA_SIGINFO || now.sa_handler != SIG_DFL)
		return false;
	fill_mask(&action.sa_mask);
	if (recoat_real_sigaction(signal, &action, &believed))
		return false;
	installed = handler;
	return true;
}

int recoat_cpu_signal_claim(recoat_signal_handler *handler)
{
	int kept = errno;
	int signal = FIRST_CHOICE;
	int last = signal - CHOICES;

	while (signal > last && !claim(signal, handler))
		signal--;
	if (signal == last)
		signal = 0;
	claimed_by = getpid();
	atomic_store_explicit(&ours, signal, memory_order_release);
	errno = kept;
	return signal;
}

bool recoat_cpu_signal_is_ours(int signal)
{
	return signal && signal == atomic_load_explicit(&ours, memory_order_acquire) &&
	       claimed_by == getpid();
}

int recoat_cpu_signal_number(void)
{
	int signal = atomic_load_explicit(&ours, memory_order_acquire);

	return recoat_cpu_signal_is_ours(signal) ? signal : 0;
}

static bool has_handler(const struct sigaction *action)
{
	return action->sa_flags & SA_SIGINFO ||
	       (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

/* Give the signal up. Ignoring it for a moment discards what timers have sent already. */
static int give_up(int signal, const struct sigaction *wanted)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	atomic_store_explicit(&ours, 0, memory_order_relaxed);
	recoat_cpu_stop("the program has a handler of its own for the signal");
	recoat_real_sigaction(signal, &ignore, NULL);
	return recoat_real_sigaction(signal, wanted, NULL);
}

int recoat_cpu_signal_action(const struct sigaction *wanted, struct sigaction *old)
{
	struct sigaction before = believed;

	if (wanted && has_handler(wanted)) {
		if (give_up(atomic_load_explicit(&ours, memory_order_relaxed), wanted))
			return -1;
	} else if (wanted) {
		believed = *wanted;
	}
	if (old)
		*old = before;
	return 0;
}

void recoat_cpu_signal_settle(void)
{
	atomic_store_explicit(&settled, true, memory_order_relaxed);
}

const sigset_t *recoat_cpu_signal_unmask(int how, const sigset_t *set, sigset_t *copy)
{
	bool known = atomic_load_explicit(&settled, memory_order_relaxed);
	int signal = known ? atomic_load_explicit(&ours, memory_order_relaxed) : FIRST_CHOICE;

	if (!signal || !set || how == SIG_UNBLOCK || sigismember(set, signal) != 1 ||
	    (known && !recoat_cpu_signal_is_ours(signal)))
		return set;
	*copy = *set;
	sigdelset(copy, signal);
	return copy;
}

/* Its default action ends the process, as soon as the handler has returned. */
void recoat_cpu_signal_foreign(int signal)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	if (!recoat_cpu_signal_is_ours(signal) || believed.sa_handler == SIG_IGN)
		return;
	recoat_real_sigaction(signal, &standard, NULL);
	syscall(SYS_tgkill, getpid(), gettid(), signal);
}

/* System calls that end with EINTR if the handler is not SA_RESTART; others always go on. */
static bool can_be_interrupted(long number)
{
	static const int calls[] = {
		SYS_read,    SYS_write,    SYS_open,     SYS_ioctl,     SYS_readv,   SYS_writev,
		SYS_connect, SYS_accept,   SYS_sendto,   SYS_recvfrom,  SYS_sendmsg, SYS_recvmsg,
		SYS_wait4,   SYS_fcntl,    SYS_flock,    SYS_futex,     SYS_waitid,  SYS_openat,
		SYS_accept4, SYS_recvmmsg, SYS_sendmmsg, SYS_getrandom,
	};

	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (calls[i] == number)
			return true;
	}
	return false;
}

/*
 * The kernel has set the thread back to a `syscall` instruction, to execute it again: it left
 * the address behind it in rcx when it was executed first.
 */
static bool is_restarted_call(const greg_t *registers)
{
	const uint8_t *code = (const uint8_t *)registers[REG_RIP];

	return registers[REG_RCX] == registers[REG_RIP] + 2 &&
	       can_be_interrupted(registers[REG_RAX]) && code[0] == 0x0f && code[1] == 0x05;
}

/* The next signal that will be delivered when the handler returns, 0 if there is none. */
static int next_pending(int ours_now, uint64_t blocked)
{
	uint64_t pending = 0;

	syscall(SYS_rt_sigpending, &pending, sizeof pending);
	pending &= ~blocked & ~(1ull << (ours_now - 1));
	return pending ? __builtin_ctzll(pending) + 1 : 0;
}

/* The action of the signal that comes next. */
static bool next_action(int signal, const ucontext_t *interrupted, struct sigaction *action)
{
	uint64_t blocked;
	int next;

	memcpy(&blocked, &interrupted->uc_sigmask, sizeof blocked);
	next = next_pending(signal, blocked);
	return next && !recoat_real_sigaction(next, NULL, action) && has_handler(action);
}

bool recoat_cpu_signal_others_pending(int signal, const void *context)
{
	struct sigaction action;

	return next_action(signal, context, &action);
}

void recoat_cpu_signal_let_interrupt(int signal, void *context)
{
	ucontext_t *interrupted = context;
	greg_t *registers = interrupted->uc_mcontext.gregs;
	struct sigaction action;

	if (!is_restarted_call(registers) || !next_action(signal, interrupted, &action) ||
	    action.sa_flags & SA_RESTART)
		return;
	registers[REG_RIP] += 2;
	registers[REG_RAX] = -EINTR;
}
