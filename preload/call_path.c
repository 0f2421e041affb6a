/* SPDX-License-Identifier: Apache-2.0 */
/* Call paths by the stack cache, or by libunwind. */
#include "preload/call_path.h"

#include <stdbool.h>

#include "preload/message.h"
#include "preload/modules.h"
#include "preload/recording.h"
#include "preload/tree.h"
#include "preload/unwind_fallback.h"
#include "preload/vectors.h"

#define VERIFY_EVERY 4096 /* Hits, of which one is unwound again. */

static enum recoat_unwinder chosen;
static bool by_libunwind; /* Each time. */

void recoat_call_path_init(enum recoat_unwinder unwinder)
{
	bool open;

	chosen = unwinder;
	if (chosen != RECOAT_UNWIND_LIBUNWIND && chosen != RECOAT_UNWIND_COMPLETE)
		return;
	open = recoat_fallback_open();
	by_libunwind = open && chosen == RECOAT_UNWIND_LIBUNWIND;
	if (!open)
		recoat_message("%s cannot be opened, so our own unwinder is used alone",
			       LIBUNWIND_SONAME);
}

static uint32_t intern(uint32_t path, uint64_t ip)
{
	uint32_t node = recoat_tree_intern(path, ip);

	if (node != UINT32_MAX)
		return node;
	recoat_drop(RECOAT_DROP_PATHS);
	return path;
}

static uint32_t path_by_libunwind(struct recoat_thread *thread, uint64_t ip, uint64_t stack)
{
	const struct recoat_registers start = {.pc = ip, .sp = stack};
	uint32_t path = RECOAT_PATH_ROOT;
	bool whole;
	size_t count =
		recoat_libunwind_backtrace(&start, thread->frames, RECOAT_FRAMES_MAX, &whole);

	if (!count)
		return intern(RECOAT_PATH_UNKNOWN, ip);
	while (count > 0)
		path = intern(path, thread->frames[--count]);
	return path;
}

/* The thread's cache, told which thread it serves; NULL without memory for one. */
static struct recoat_stack_cache *cache_of(struct recoat_thread *thread, uint64_t stack)
{
	const struct recoat_stack_cache_options options = {
		.epoch = &recoat_modules_epoch,
		.verify_every = chosen == RECOAT_UNWIND_VERIFY ? 1 : VERIFY_EVERY,
		.fallback = recoat_fallback_unwind,
		.context = thread,
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
	recoat_vectors_save();
	if (by_libunwind)
		return path_by_libunwind(thread, ip, stack);
	if (!cache_of(thread, stack))
		return intern(RECOAT_PATH_UNKNOWN, ip);
	return recoat_stack_cache_lookup(thread->attached, ip, stack, base);
}

uint32_t recoat_call_path(struct recoat_thread *thread, const struct recoat_caller *caller)
{
	return recoat_call_path_inlined(thread, caller->ip, caller->stack, caller->base);
}

void recoat_call_path_count_fallback(struct recoat_call_path_fallback *counts)
{
	*counts = (struct recoat_call_path_fallback){
		.library = recoat_fallback_ready() ? LIBUNWIND_SONAME : "",
	};
	for (struct recoat_thread *at = recoat_thread_first(); at; at = at->next)
		if (at->stacks) {
			counts->met += at->stacks->statistics.incomplete;
			counts->completed += at->stacks->statistics.completed;
		}
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
		counts->incomplete += of->incomplete - of->completed;
		counts->truncated += of->truncated;
	}
}
