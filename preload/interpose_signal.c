/* SPDX-License-Identifier: Apache-2.0 */
/* What could disturb the signal of CPU sampling, or be disturbed by it; see cpu_signal.h. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

#include "preload/cpu_signal.h"
#include "preload/export.h"

typedef int mask_function(int, const sigset_t *, sigset_t *);
typedef __sighandler_t signal_function(int, __sighandler_t);

static void *real_function(void **kept, const char *name)
{
	void *found = __atomic_load_n(kept, __ATOMIC_RELAXED);

	if (!found) {
		found = dlsym(RTLD_NEXT, name);
		__atomic_store_n(kept, found, __ATOMIC_RELAXED);
	}
	return found;
}

RECOAT_EXPORT int sigaction(int number, const struct sigaction *wanted, struct sigaction *old)
{
	if (recoat_cpu_signal_is_ours(number))
		return recoat_cpu_signal_action(wanted, old);
	return recoat_real_sigaction(number, wanted, old);
}

static __sighandler_t act(const struct sigaction *wanted)
{
	struct sigaction old;

	return recoat_cpu_signal_action(wanted, &old) ? SIG_ERR : old.sa_handler;
}

RECOAT_EXPORT __sighandler_t signal(int number, __sighandler_t handler)
{
	static void *real;

	if (recoat_cpu_signal_is_ours(number))
		return act(&(struct sigaction){.sa_handler = handler, .sa_flags = SA_RESTART});
	return ((signal_function *)real_function(&real, "signal"))(number, handler);
}

/* What signal() is in programs that are compiled for System V. */
RECOAT_EXPORT __sighandler_t __sysv_signal(int number, __sighandler_t handler)
{
	static void *real;

	if (recoat_cpu_signal_is_ours(number))
		return act(&(struct sigaction){.sa_handler = handler,
					       .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)});
	return ((signal_function *)real_function(&real, "__sysv_signal"))(number, handler);
}

RECOAT_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	static void *real;
	sigset_t copy;

	set = recoat_cpu_signal_unmask(how, set, &copy);
	return ((mask_function *)real_function(&real, "sigprocmask"))(how, set, old);
}

RECOAT_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	static void *real;
	sigset_t copy;

	set = recoat_cpu_signal_unmask(how, set, &copy);
	return ((mask_function *)real_function(&real, "pthread_sigmask"))(how, set, old);
}
