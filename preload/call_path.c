/* SPDX-License-Identifier: Apache-2.0 */
/* Call paths by the stack cache, or by libunwind, opened on demand and kept to ourselves. */
#include "preload/call_path.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "preload/message.h"
#include "preload/modules.h"
#include "preload/recording.h"
#include "preload/tree.h"

#define VERIFY_EVERY 4096 /* Hits, of which one is unwound again. */

static enum recoat_unwinder chosen;
static int (*libunwind_backtrace)(void **frames, int size);

static void open_libunwind(void)
{
	void *library = dlopen(LIBUNWIND_SONAME, RTLD_NOW | RTLD_LOCAL);
	void *warm[4];

	if (library)
		libunwind_backtrace = (int (*)(void **, int))dlsym(library, "unw_backtrace");
	if (libunwind_backtrace)
		libunwind_backtrace(warm, 4);
	else
		recoat_message("%s cannot be opened, so our own unwinder is used",
			       LIBUNWIND_SONAME);
}

void recoat_call_path_init(enum recoat_unwinder unwinder)
{
	chosen = unwinder;
	if (chosen == RECOAT_UNWIND_LIBUNWIND)
		open_libunwind();
}

static uint32_t intern(uint32_t path, uint64_t ip)
{
	uint32_t node = recoat_tree_intern(path, ip);

	if (node != UINT32_MAX)
		return node;
	recoat_drop(RECOAT_DROP_PATHS);
	return path;
}

/* libunwind may probe memory by msync, which is a cancellation point. */
static int backtrace(uint64_t *frames, int max)
{
	int kept = errno;
	int state, count;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	count = libunwind_backtrace((void **)frames, max);
	pthread_setcancelstate(state, &state);
	errno = kept;
	return count;
}

static uint32_t path_by_libunwind(struct recoat_thread *thread, uint64_t ip)
{
	uint32_t path = RECOAT_PATH_ROOT;
	int count = backtrace(thread->frames, RECOAT_FRAMES_MAX);
	int first = 0;

	/* The innermost frames are ours; the caller's comes behind them. */
	while (first < count && thread->frames[first] != ip)
		first++;
	if (first == count)
		return intern(RECOAT_PATH_UNKNOWN, ip);
	while (count > first)
		path = intern(path, thread->frames[--count]);
	return path;
}

/* The thread's cache, told which thread it serves; NULL without memory for one. */
static struct recoat_stack_cache *cache_of(struct recoat_thread *thread, uint64_t stack)
{
	const struct recoat_stack_cache_options options = {
		.epoch = &recoat_modules_epoch,
		.verify_every = chosen == RECOAT_UNWIND_VERIFY ? 1 : VERIFY_EVERY,
	};

	if (!thread->stacks)
		thread->stacks = recoat_stack_cache_create(&options);
	if (thread->stacks)
		recoat_stack_cache_attach(thread->stacks, stack);
	thread->attached = thread->stacks;
	return thread->stacks;
}

RECOAT_SLOW uint32_t recoat_call_path_slowly(struct recoat_thread *thread, uint64_t ip,
					     uint64_t stack, uint64_t base)
{
	if (libunwind_backtrace)
		return path_by_libunwind(thread, ip);
	if (!cache_of(thread, stack))
		return intern(RECOAT_PATH_UNKNOWN, ip);
	return recoat_stack_cache_lookup(thread->attached, ip, stack, base);
}

uint32_t recoat_call_path(struct recoat_thread *thread, const struct recoat_caller *caller)
{
	return recoat_call_path_inlined(thread, caller->ip, caller->stack, caller->base);
}

void recoat_call_path_count(struct recoat_call_path_counts *counts)
{
	*counts = (struct recoat_call_path_counts){0};
	for (struct recoat_thread *at = recoat_thread_first(); at; at = at->next) {
		const struct recoat_stack_cache_statistics *of;

		if (!at->stacks)
			continue;
		of = &at->stacks->statistics;
		counts->lookups += of->hits + of->misses;
		counts->unwound += of->misses;
		counts->verified += of->verified;
		counts->disagreements += of->disagreements;
		counts->incomplete += of->incomplete;
		counts->truncated += of->truncated;
	}
}
