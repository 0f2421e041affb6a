/* SPDX-License-Identifier: Apache-2.0 */
/* Stepping with libunwind through a table of pointers. */
#include "preload/unwind_fallback.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "preload/clock.h"
#include "preload/lock.h"
#include "preload/stack_cache.h"
#include "preload/thread.h"
#include "preload/unwind.h"

#define STACK_NEEDED 16384 /* Of the thread's own; libunwind takes some 4 KiB. */
#define SECOND_NS 1000000000u
#define STACKS_A_SECOND 500 /* Of some 20 us each: a hundredth of the time. */

/* Names as libunwind.h makes them from unw_*. */
#define NAME_OF(function) NAME_OF_EXPANDED(function)
#define NAME_OF_EXPANDED(function) #function

static struct {
	int (*get_context)(unw_context_t *);
	int (*init)(unw_cursor_t *, unw_context_t *);
	int (*step)(unw_cursor_t *);
	int (*get)(unw_cursor_t *, unw_regnum_t, unw_word_t *);
} unwinder;

static _Atomic bool ready, wanted;
static _Atomic bool tried; /* What is not there is not looked for again and again. */
static struct recoat_lock busy;

/* Who opened it on demand did not ask for what it may cost. Under `busy`, but for `bounded`. */
static struct {
	bool bounded; /* Set before it is ready. */
	uint64_t began;
	uint32_t stacks; /* Since then. */
} budget;

bool recoat_fallback_ready(void)
{
	/* Acquire pairs with the release in recoat_fallback_open(): the table is filled. */
	return atomic_load_explicit(&ready, memory_order_acquire);
}

void recoat_fallback_lock(void)
{
	recoat_lock_take(&busy);
}

void recoat_fallback_unlock(void)
{
	recoat_lock_drop(&busy);
}

static bool find(void *library)
{
	*(void **)&unwinder.get_context = dlsym(library, NAME_OF(unw_tdep_getcontext));
	*(void **)&unwinder.init = dlsym(library, NAME_OF(unw_init_local));
	*(void **)&unwinder.step = dlsym(library, NAME_OF(unw_step));
	*(void **)&unwinder.get = dlsym(library, NAME_OF(unw_get_reg));
	return unwinder.get_context && unwinder.init && unwinder.step && unwinder.get;
}

/* Its first use initialises it. */
static void warm_up(void)
{
	unw_context_t context;
	unw_cursor_t cursor;

	unwinder.get_context(&context);
	if (!unwinder.init(&cursor, &context))
		unwinder.step(&cursor);
}

bool recoat_fallback_open(void)
{
	void *library = dlopen(LIBUNWIND_SONAME, RTLD_NOW | RTLD_LOCAL);

	atomic_store_explicit(&tried, true, memory_order_relaxed);
	if (!library || !find(library)) {
		dlerror();
		return false;
	}
	warm_up();
	atomic_store_explicit(&ready, true, memory_order_release);
	return true;
}

bool recoat_fallback_wanted(void)
{
	return atomic_load_explicit(&wanted, memory_order_relaxed);
}

void recoat_fallback_open_if_wanted(void)
{
	if (recoat_fallback_wanted() &&
	    atomic_exchange_explicit(&wanted, false, memory_order_relaxed) &&
	    !atomic_exchange_explicit(&tried, true, memory_order_relaxed)) {
		budget.bounded = true;
		recoat_fallback_open();
	}
}

static bool at_start(unw_cursor_t *cursor, const struct recoat_registers *start)
{
	unw_word_t pc, sp;

	return !unwinder.get(cursor, UNW_REG_IP, &pc) && pc == start->pc &&
	       !unwinder.get(cursor, UNW_REG_SP, &sp) && sp == start->sp;
}

/* From the cursor's frame on, up to the outermost one, or to where it cannot go on or is full. */
static size_t collect(unw_cursor_t *cursor, uint64_t *ips, size_t max, bool *whole)
{
	size_t count = 0;
	unw_word_t pc;
	int more = 1;

	while (more > 0 && count < max && !unwinder.get(cursor, UNW_REG_IP, &pc) && pc) {
		ips[count++] = pc;
		more = unwinder.step(cursor);
	}
	*whole = more >= 0;
	return count;
}

/* Through the frames of the runtime, which save the registers of those below them. */
static size_t unwind(const struct recoat_registers *start, uint64_t *ips, size_t max, bool *whole)
{
	unw_context_t context;
	unw_cursor_t cursor;

	*whole = false;
	unwinder.get_context(&context);
	if (unwinder.init(&cursor, &context))
		return 0;
	while (!at_start(&cursor, start))
		if (unwinder.step(&cursor) <= 0)
			return 0;
	return collect(&cursor, ips, max, whole);
}

/* libunwind may probe memory by msync, which is a cancellation point. */
size_t recoat_libunwind_backtrace(const struct recoat_registers *start, uint64_t *ips, size_t max,
				  bool *whole)
{
	int kept = errno;
	size_t count;
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	count = unwind(start, ips, max, whole);
	pthread_setcancelstate(state, &state);
	errno = kept;
	return count;
}

/*
 * Where there is no call frame information, libunwind guesses; and it takes a return address
 * that is in a register from where that register's old value is saved.
 */
static bool is_certain(uint64_t pc)
{
	struct recoat_rule scratch;
	const struct recoat_rule *rule = recoat_unwind_rule(pc - 1, &scratch);

	return rule->cfa != RECOAT_CFA_NO_FDE && rule->cfa != RECOAT_CFA_RA_IN_REGISTER;
}

static bool are_certain(const uint64_t *ips, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_certain(ips[i]))
			return false;
	return true;
}

static bool has_room(const struct recoat_thread *thread)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	const struct recoat_stack *stack = &thread->stacks->stack;

	return recoat_stack_has(stack, here) && here - stack->low >= STACK_NEEDED;
}

static bool is_affordable(void)
{
	uint64_t now = recoat_clock_coarse();

	if (now - budget.began >= SECOND_NS) {
		budget.began = now;
		budget.stacks = 0;
	}
	return !budget.bounded || budget.stacks++ < STACKS_A_SECOND;
}

size_t recoat_fallback_unwind(void *thread, const struct recoat_registers *start, uint64_t *ips,
			      size_t max)
{
	size_t count = 0;
	bool whole = false;

	if (!recoat_fallback_ready()) {
		if (!atomic_load_explicit(&tried, memory_order_relaxed))
			atomic_store_explicit(&wanted, true, memory_order_relaxed);
		return 0;
	}
	if (!has_room(thread) || !recoat_lock_try(&busy))
		return 0;
	if (is_affordable())
		count = recoat_libunwind_backtrace(start, ips, max, &whole);
	recoat_lock_drop(&busy);
	return whole && are_certain(ips, count) ? count : 0;
}
