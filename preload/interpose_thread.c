/* SPDX-License-Identifier: Apache-2.0 */
/* pthread_create, so that threads are sampled from their start. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "preload/cpu.h"
#include "preload/export.h"
#include "preload/modules.h"
#include "preload/thread.h"
#include "preload/unwind_fallback.h"

typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/*
 * What a new thread is to run, from the call of pthread_create until it has read it: for a
 * moment, so a few do. When all are taken, the thread starts without us and is sampled from
 * its first event on.
 */
struct start {
	_Atomic bool taken;
	void *(*routine)(void *);
	void *argument;
};
static struct start starts[64];

static struct start *take_start(void *(*routine)(void *), void *argument)
{
	for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) {
		/* Acquire pairs with the release in give_back(). */
		if (atomic_load_explicit(&starts[i].taken, memory_order_relaxed) ||
		    atomic_exchange_explicit(&starts[i].taken, true, memory_order_acquire))
			continue;
		starts[i].routine = routine;
		starts[i].argument = argument;
		return &starts[i];
	}
	return NULL;
}

static void give_back(struct start *start)
{
	atomic_store_explicit(&start->taken, false, memory_order_release);
}

/* A thread that has just begun holds no locks, and is fit for calling the loader. */
static void look_for_fallback(void)
{
	int kept = errno;
	struct recoat_thread *thread;

	if (!recoat_fallback_wanted())
		return;
	thread = recoat_thread_enter();
	if (thread) {
		recoat_fallback_open_if_wanted();
		recoat_modules_check();
		recoat_thread_leave(thread);
	}
	errno = kept;
}

static void *run(void *from)
{
	struct start start = {.routine = ((struct start *)from)->routine,
			      .argument = ((struct start *)from)->argument};

	give_back(from);
	recoat_cpu_attach();
	look_for_fallback();
	return start.routine(start.argument);
}

static create_function *real_create(void)
{
	static void *kept;
	void *found = __atomic_load_n(&kept, __ATOMIC_RELAXED);

	if (!found) {
		found = dlsym(RTLD_NEXT, "pthread_create");
		__atomic_store_n(&kept, found, __ATOMIC_RELAXED);
	}
	return (create_function *)found;
}

RECOAT_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
				 void *(*routine)(void *), void *argument)
{
	struct start *start = take_start(routine, argument);
	int result;

	if (!start)
		return real_create()(thread, attributes, routine, argument);
	result = real_create()(thread, attributes, run, start);
	if (result)
		give_back(start);
	return result;
}
