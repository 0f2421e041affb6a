/* SPDX-License-Identifier: Apache-2.0 */
/* brk and sbrk, as the target calls them. The malloc in libc calls its own, which is not seen. */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "preload/call_path.h"
#include "preload/export.h"
#include "preload/hot.h"
#include "preload/interpose.h"
#include "preload/mapping.h"
#include "preload/thread.h"

#define FAILED ((void *)-1)

/* The functions that ours displace. */
static struct {
	int (*brk)(void *);
	void *(*sbrk)(intptr_t);
} real;

extern void *__sbrk(intptr_t change); /* libc's, by another name. */

void recoat_brk_resolve(void)
{
	*(void **)&real.brk = dlsym(RTLD_NEXT, "brk");
	*(void **)&real.sbrk = dlsym(RTLD_NEXT, "sbrk");
}

/* An allocator may ask for its first memory before anything is looked up. */
static void *call_sbrk(intptr_t change)
{
	return real.sbrk ? real.sbrk(change) : __sbrk(change);
}

static int call_brk(void *to)
{
	if (!real.brk)
		recoat_brk_resolve();
	return real.brk(to);
}

static RECOAT_FAST struct recoat_thread *enter(void)
{
	return recoat_heap_wanted ? recoat_thread_enter() : NULL;
}

/* The end of the data segment, moved by `change`, or to `to`; then where it is. */
struct move {
	bool by_change;
	intptr_t change;
	void *to;
	void *before; /* What sbrk returns. */
};

static bool make(struct move *move)
{
	if (move->by_change) {
		move->before = call_sbrk(move->change);
		move->to = (char *)move->before + move->change;
		return move->before != FAILED;
	}
	move->before = call_sbrk(0);
	if (call_brk(move->to))
		return false;
	/* Below the data segment, brk does nothing and says that it has. */
	move->to = call_sbrk(0);
	return true;
}

/* Under the lock of mappings, for the reason that munmap has: nobody else gets the memory first. */
static bool make_and_record(struct recoat_thread *thread, struct move *move,
			    const struct recoat_caller *caller)
{
	int kept = errno;
	uint32_t path = recoat_call_path(thread, caller);
	bool moved;

	recoat_mapping_lock();
	errno = kept;
	moved = make(move);
	kept = errno;
	if (moved)
		recoat_mapping_break(move->before, move->to, path);
	recoat_mapping_unlock();
	recoat_thread_leave(thread);
	errno = kept;
	return moved;
}

RECOAT_EXPORT void *sbrk(intptr_t change)
{
	struct move move = {.by_change = true, .change = change};
	struct recoat_thread *thread = change ? enter() : NULL;

	if (!thread)
		return call_sbrk(change);
	make_and_record(thread, &move, &RECOAT_CALLER());
	return move.before;
}

RECOAT_EXPORT int brk(void *to)
{
	struct move move = {.to = to};
	struct recoat_thread *thread = enter();

	if (!thread)
		return call_brk(to);
	return make_and_record(thread, &move, &RECOAT_CALLER()) ? 0 : -1;
}
