/* SPDX-License-Identifier: Apache-2.0 */
/* What could disturb signals of ours, or be disturbed by them; see cpu_signal.h and fault.h. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "preload/cpu_signal.h"
#include "preload/export.h"
#include "preload/fault.h"
#include "preload/interpose.h"

typedef int mask_function(int, const sigset_t *, sigset_t *);
typedef __sighandler_t signal_function(int, __sighandler_t);

static struct {
	signal_function *signal;
	signal_function *sysv_signal;
	mask_function *sigprocmask;
	mask_function *pthread_sigmask;
} real;

/* All at once and at start: the target may call these in its handlers, where dlsym may not be. */
void recoat_signal_resolve(void)
{
	int kept = errno;

	if (__atomic_load_n((void **)&real.pthread_sigmask, __ATOMIC_ACQUIRE))
		return;
	/* No signal is 0: this does no more than look the function up. */
	recoat_real_sigaction(0, NULL, NULL);
	errno = kept;
	*(void **)&real.signal = dlsym(RTLD_NEXT, "signal");
	*(void **)&real.sysv_signal = dlsym(RTLD_NEXT, "__sysv_signal");
	*(void **)&real.sigprocmask = dlsym(RTLD_NEXT, "sigprocmask");
	/* Last: release pairs with the acquire above. */
	__atomic_store_n((void **)&real.pthread_sigmask, dlsym(RTLD_NEXT, "pthread_sigmask"),
			 __ATOMIC_RELEASE);
}

RECOAT_EXPORT int sigaction(int number, const struct sigaction *wanted, struct sigaction *old)
{
	if (recoat_cpu_signal_is_ours(number))
		return recoat_cpu_signal_action(wanted, old);
	recoat_fault_see_action(number, wanted);
	if (recoat_fault_is_ours(number))
		return recoat_fault_action(number, wanted, old);
	return recoat_real_sigaction(number, wanted, old);
}

static bool is_ours(int number)
{
	return recoat_cpu_signal_is_ours(number) || recoat_fault_is_ours(number);
}

static __sighandler_t act(int number, const struct sigaction *wanted)
{
	struct sigaction old;
	int result = recoat_cpu_signal_is_ours(number) ? recoat_cpu_signal_action(wanted, &old)
						       : recoat_fault_action(number, wanted, &old);

	return result ? SIG_ERR : old.sa_handler;
}

RECOAT_EXPORT __sighandler_t signal(int number, __sighandler_t handler)
{
	if (is_ours(number))
		return act(number,
			   &(struct sigaction){.sa_handler = handler, .sa_flags = SA_RESTART});
	recoat_signal_resolve();
	return real.signal(number, handler);
}

/* What signal() is in programs that are compiled for System V. */
RECOAT_EXPORT __sighandler_t __sysv_signal(int number, __sighandler_t handler)
{
	if (is_ours(number))
		return act(number,
			   &(struct sigaction){.sa_handler = handler,
					       .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)});
	recoat_signal_resolve();
	return real.sysv_signal(number, handler);
}

RECOAT_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t copy;

	recoat_signal_resolve();
	set = recoat_cpu_signal_unmask(how, set, &copy);
	if (set)
		recoat_fault_see_mask();
	return real.sigprocmask(how, set, old);
}

RECOAT_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t copy;

	recoat_signal_resolve();
	set = recoat_cpu_signal_unmask(how, set, &copy);
	if (set)
		recoat_fault_see_mask();
	return real.pthread_sigmask(how, set, old);
}
