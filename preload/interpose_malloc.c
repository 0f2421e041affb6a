/* SPDX-License-Identifier: Apache-2.0 */
/* The malloc family, as the target calls it. */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "preload/call_path.h"
#include "preload/export.h"
#include "preload/heap.h"
#include "preload/hot.h"
#include "preload/interpose.h"
#include "preload/thread.h"

/*
 * The functions that ours displace, whoever they belong to: libc, or the target's own
 * allocator library behind us in the search order. `malloc` is stored last; while it is NULL,
 * the others may be missing.
 */
static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*reallocarray)(void *, size_t, size_t);
	void (*free)(void *);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
} real;

static _Atomic bool resolving;

/*
 * The bootstrap arena serves whoever allocates while the real functions are being looked up:
 * dlsym itself may. Its blocks are never given back; there are a handful.
 */
static _Alignas(16) char arena[64 << 10];
static _Atomic size_t arena_used;

static bool in_arena(const void *block)
{
	return (const char *)block >= arena && (const char *)block < arena + sizeof arena;
}

static void *arena_allocate(size_t alignment, size_t size)
{
	size_t room = size + alignment + 16;
	size_t at;

	if (size > sizeof arena || alignment > sizeof arena)
		return NULL;
	at = atomic_fetch_add_explicit(&arena_used, room, memory_order_relaxed);
	if (at + room > sizeof arena)
		return NULL;
	return (void *)(((uintptr_t)arena + at + alignment - 1) & ~(uintptr_t)(alignment - 1));
}

/* Everything behind a block of the arena is readable, up to the arena's end. */
static size_t arena_readable(const void *block, size_t wanted)
{
	size_t left = (size_t)(arena + sizeof arena - (const char *)block);

	return wanted < left ? wanted : left;
}

void recoat_malloc_resolve(void)
{
	if (atomic_exchange_explicit(&resolving, true, memory_order_acquire))
		return;
	*(void **)&real.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&real.reallocarray = dlsym(RTLD_NEXT, "reallocarray");
	*(void **)&real.free = dlsym(RTLD_NEXT, "free");
	*(void **)&real.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
	*(void **)&real.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
	*(void **)&real.memalign = dlsym(RTLD_NEXT, "memalign");
	*(void **)&real.valloc = dlsym(RTLD_NEXT, "valloc");
	*(void **)&real.pvalloc = dlsym(RTLD_NEXT, "pvalloc");
	__atomic_store_n((void **)&real.malloc, dlsym(RTLD_NEXT, "malloc"), __ATOMIC_RELEASE);
}

/* True while the arena has to serve. */
static bool bootstrapping(void)
{
	if (__builtin_expect(real.malloc != NULL, 1))
		return false;
	recoat_malloc_resolve();
	return !real.malloc;
}

/* Out of line, and with the caller in registers, lest the frequent case stores it for this one. */
static __attribute__((noinline)) void *record_taken(struct recoat_thread *thread, void *block,
						    size_t size, uint64_t ip, uint64_t stack,
						    uint64_t base)
{
	const struct recoat_caller caller = {.ip = ip, .stack = stack, .base = base};

	recoat_heap_allocated(thread, block, size, recoat_call_path(thread, &caller));
	recoat_thread_leave(thread);
	return block;
}

/* What was called for the thread has returned `block`. Leaves the thread. */
static RECOAT_FAST void *record(struct recoat_thread *thread, void *block, size_t size,
				struct recoat_caller caller)
{
	if (__builtin_expect(recoat_heap_counts_all, 1))
		return recoat_heap_record(thread, block, size, caller.ip, caller.stack,
					  caller.base);
	/* Most allocations are not recorded when they are sampled, so asking comes first. */
	if (block && recoat_heap_takes(thread, size))
		return record_taken(thread, block, size, caller.ip, caller.stack, caller.base);
	recoat_thread_leave(thread);
	return block;
}

/* The block is about to be given back. */
static inline struct recoat_heap_release record_release(struct recoat_thread *thread,
							const void *block)
{
	struct recoat_heap_release release = {0};

	if (recoat_heap_may_know(block))
		release = recoat_heap_released(thread, block);
	return release;
}

/* A state if this call is to be recorded. What the real function calls itself is not. */
static RECOAT_FAST struct recoat_thread *enter(void)
{
	return recoat_heap_wanted ? recoat_thread_enter() : NULL;
}

bool recoat_heap_wanted;

RECOAT_EXPORT void *malloc(size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (__builtin_expect(!thread, 0))
		return bootstrapping() ? arena_allocate(16, size) : real.malloc(size);
	recoat_thread_lend(thread);
	block = real.malloc(size);
	recoat_thread_take_back();
	return record(thread, block, size, RECOAT_CALLER());
}

RECOAT_EXPORT void *calloc(size_t count, size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (__builtin_expect(!thread, 0) && bootstrapping())
		return size && count > sizeof arena / size ? NULL
							   : arena_allocate(16, count * size);
	if (__builtin_expect(!thread, 0))
		return real.calloc(count, size);
	recoat_thread_lend(thread);
	block = real.calloc(count, size);
	recoat_thread_take_back();
	return record(thread, block, count * size, RECOAT_CALLER());
}

RECOAT_EXPORT void free(void *block)
{
	struct recoat_thread *thread;

	if (!block || in_arena(block))
		return;
	thread = enter();
	if (__builtin_expect(!thread, 0)) {
		if (!bootstrapping())
			real.free(block);
		return;
	}
	if (recoat_heap_counts_all || recoat_heap_may_know(block))
		recoat_heap_freed(thread, block);
	recoat_thread_lend(thread);
	real.free(block);
	recoat_thread_take_back();
	recoat_thread_leave(thread);
}

/* A block of the arena moves out as soon as it is reallocated. */
static void *move_out(void *block, size_t size)
{
	void *moved = bootstrapping() ? arena_allocate(16, size) : malloc(size);

	if (moved)
		memcpy(moved, block, arena_readable(block, size));
	return moved;
}

/*
 * The old block is taken out before the real call, after which another thread may own its
 * address, and put back if the call fails. realloc(block, 0) frees and returns NULL.
 */
static void *record_realloc(struct recoat_thread *thread, void *old, void *block, size_t size,
			    const struct recoat_heap_release *release, struct recoat_caller caller)
{
	int kept = errno;

	if (!block && old && size)
		recoat_heap_restore(thread, old, release);
	errno = kept;
	return record(thread, block, size, caller);
}

RECOAT_EXPORT void *realloc(void *old, size_t size)
{
	struct recoat_heap_release release = {0};
	struct recoat_thread *thread;
	void *block;

	if (in_arena(old))
		return move_out(old, size);
	thread = enter();
	if (__builtin_expect(!thread, 0))
		return bootstrapping() ? arena_allocate(16, size) : real.realloc(old, size);
	if (old)
		release = record_release(thread, old);
	recoat_thread_lend(thread);
	block = real.realloc(old, size);
	recoat_thread_take_back();
	return record_realloc(thread, old, block, size, &release, RECOAT_CALLER());
}

RECOAT_EXPORT void *reallocarray(void *old, size_t count, size_t size)
{
	struct recoat_heap_release release = {0};
	struct recoat_thread *thread;
	size_t bytes;
	void *block;

	if (in_arena(old) || bootstrapping()) {
		if (__builtin_mul_overflow(count, size, &bytes)) {
			errno = ENOMEM;
			return NULL;
		}
		return realloc(old, bytes);
	}
	thread = enter();
	if (!thread)
		return real.reallocarray(old, count, size);
	if (old)
		release = record_release(thread, old);
	recoat_thread_lend(thread);
	block = real.reallocarray(old, count, size);
	recoat_thread_take_back();
	/* An overflow fails with the old block intact: any size but 0 says so. */
	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX;
	return record_realloc(thread, old, block, bytes, &release, RECOAT_CALLER());
}

RECOAT_EXPORT int posix_memalign(void **to, size_t alignment, size_t size)
{
	struct recoat_thread *thread = enter();
	int result;

	if (!thread && bootstrapping()) {
		void *block = arena_allocate(alignment, size);

		if (block)
			*to = block;
		return block ? 0 : ENOMEM;
	}
	if (!thread)
		return real.posix_memalign(to, alignment, size);
	recoat_thread_lend(thread);
	result = real.posix_memalign(to, alignment, size);
	recoat_thread_take_back();
	record(thread, result ? NULL : *to, size, RECOAT_CALLER());
	return result;
}

RECOAT_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (!thread)
		return bootstrapping() ? arena_allocate(alignment, size)
				       : real.aligned_alloc(alignment, size);
	recoat_thread_lend(thread);
	block = real.aligned_alloc(alignment, size);
	recoat_thread_take_back();
	return record(thread, block, size, RECOAT_CALLER());
}

RECOAT_EXPORT void *memalign(size_t alignment, size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (!thread)
		return bootstrapping() ? arena_allocate(alignment, size)
				       : real.memalign(alignment, size);
	recoat_thread_lend(thread);
	block = real.memalign(alignment, size);
	recoat_thread_take_back();
	return record(thread, block, size, RECOAT_CALLER());
}

RECOAT_EXPORT void *valloc(size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (!thread)
		return bootstrapping() ? arena_allocate(4096, size)
				       : real.valloc(size);
	recoat_thread_lend(thread);
	block = real.valloc(size);
	recoat_thread_take_back();
	return record(thread, block, size, RECOAT_CALLER());
}

RECOAT_EXPORT void *pvalloc(size_t size)
{
	struct recoat_thread *thread = enter();
	void *block;

	if (!thread)
		return bootstrapping() ? arena_allocate(4096, size)
				       : real.pvalloc(size);
	recoat_thread_lend(thread);
	block = real.pvalloc(size);
	recoat_thread_take_back();
	return record(thread, block, size, RECOAT_CALLER());
}
