/* SPDX-License-Identifier: Apache-2.0 */
/* _Fork and clone: ways to fork that run no handlers. */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <unistd.h>

#include "preload/export.h"
#include "preload/interpose.h"

static struct {
	pid_t (*fork)(void); /* NULL before glibc 2.34. */
	int (*clone)(int (*)(void *), void *, int, void *, ...);
} real;

void recoat_fork_resolve(void)
{
	*(void **)&real.fork = dlsym(RTLD_NEXT, "_Fork");
	*(void **)&real.clone = dlsym(RTLD_NEXT, "clone");
}

RECOAT_EXPORT pid_t _Fork(void)
{
	pid_t pid;

	if (!real.fork)
		recoat_fork_resolve();
	if (!real.fork) {
		errno = ENOSYS;
		return -1;
	}
	recoat_fork_before();
	pid = real.fork();
	recoat_fork_after(pid);
	return pid;
}

struct start {
	int (*run)(void *);
	void *argument;
};

/* On the child's stack; `from` is in its copy of the parent's. */
static int run_child(void *from)
{
	const struct start *start = from;
	int status;

	recoat_fork_after(0);
	status = start->run(start->argument);
	recoat_process_end();
	return status;
}

/* A child with memory of its own is a forked one. The last three arguments are not always there. */
RECOAT_EXPORT int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
	struct start start = {.run = run, .argument = argument};
	void *parent_tid, *tls, *child_tid;
	va_list rest;
	int pid;

	va_start(rest, argument);
	parent_tid = va_arg(rest, void *);
	tls = va_arg(rest, void *);
	child_tid = va_arg(rest, void *);
	va_end(rest);
	if (!real.clone)
		recoat_fork_resolve();
	if (flags & CLONE_VM || !run)
		return real.clone(run, stack, flags, argument, parent_tid, tls, child_tid);
	recoat_fork_before();
	pid = real.clone(run_child, stack, flags, &start, parent_tid, tls, child_tid);
	recoat_fork_after(pid);
	return pid;
}
