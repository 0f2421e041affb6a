/* SPDX-License-Identifier: Apache-2.0 */
/* Unwinding with libunwind, opened on demand and kept out of the target's scope. */
#include "preload/call_path.h"

#include <dlfcn.h>
#include <pthread.h>

#include "preload/message.h"
#include "preload/recording.h"
#include "preload/tree.h"

/* _ULx86_64_... would do too; unw_backtrace has a fast path of its own. */
static int (*backtrace_fast)(void **frames, int size);

void recoat_call_path_init(void)
{
	void *library = dlopen(LIBUNWIND_SONAME, RTLD_NOW | RTLD_LOCAL);
	void *warm[4];

	if (library)
		backtrace_fast = (int (*)(void **, int))dlsym(library, "unw_backtrace");
	if (!backtrace_fast) {
		recoat_message("%s cannot be opened, so call paths have one frame only",
			       LIBUNWIND_SONAME);
		return;
	}
	backtrace_fast(warm, 4);
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
	int state, count;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	count = backtrace_fast((void **)frames, max);
	pthread_setcancelstate(state, &state);
	return count;
}

uint32_t recoat_call_path(struct recoat_thread *thread, const struct recoat_caller *caller)
{
	const int max = sizeof thread->frames / sizeof thread->frames[0];
	uint32_t path = RECOAT_PATH_ROOT;
	int first = 0;
	int count = 0;

	if (backtrace_fast)
		count = backtrace(thread->frames, max);
	/* The innermost frames are ours; the caller's comes behind them. */
	while (first < count && thread->frames[first] != caller->ip)
		first++;
	if (first == count)
		return intern(RECOAT_PATH_UNKNOWN, caller->ip);
	while (count > first)
		path = intern(path, thread->frames[--count]);
	return path == RECOAT_PATH_ROOT ? RECOAT_PATH_UNKNOWN : path;
}
