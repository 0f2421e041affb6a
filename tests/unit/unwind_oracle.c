/* SPDX-License-Identifier: Apache-2.0 */
/* Frame by frame comparison with libgcc's _Unwind_Backtrace and libunwind's unw_backtrace. */
#include "tests/unit/unwind_oracle.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#define REPORTED 8 /* Differences that are printed. */

/*
 * libunwind.so exports functions of these names too, and would be asked twice if they were
 * linked to.
 */
static struct {
	_Unwind_Reason_Code (*backtrace)(_Unwind_Trace_Fn, void *);
	_Unwind_Ptr (*get_ip)(struct _Unwind_Context *);
} libgcc;

__attribute__((constructor)) static void open_libgcc(void)
{
	void *library = dlopen("libgcc_s.so.1", RTLD_NOW);

	*(void **)&libgcc.backtrace = dlsym(library, "_Unwind_Backtrace");
	*(void **)&libgcc.get_ip = dlsym(library, "_Unwind_GetIP");
}

struct walk {
	uint64_t pc; /* Of the first frame that is wanted. */
	uint64_t *ips;
	size_t count;
	size_t max;
	bool on;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;
	uint64_t ip = libgcc.get_ip(context);

	if (!ip || walk->count == walk->max)
		return _URC_END_OF_STACK;
	walk->on |= ip == walk->pc;
	if (walk->on)
		walk->ips[walk->count++] = ip;
	return _URC_NO_REASON;
}

size_t oracle_libgcc(uint64_t pc, uint64_t *ips, size_t max)
{
	struct walk walk = {.pc = pc, .ips = ips, .max = max};

	libgcc.backtrace(visit, &walk);
	return walk.count;
}

size_t oracle_libunwind(uint64_t pc, uint64_t *ips, size_t max)
{
	int got = unw_backtrace((void **)ips, (int)max);
	size_t count = got > 0 ? (size_t)got : 0;
	size_t first = 0;

	while (first < count && ips[first] != pc)
		first++;
	memmove(ips, ips + first, (count - first) * sizeof *ips);
	return count - first;
}

static void describe(const char *whose, uint64_t ip)
{
	Dl_info info = {0};

	dladdr((void *)ip, &info);
	fprintf(stderr, "#   %-9s %#lx %s+%#lx (%s)\n", whose, (unsigned long)ip,
		info.dli_sname ? info.dli_sname : "?",
		(unsigned long)(ip - (uint64_t)info.dli_fbase),
		info.dli_fname ? info.dli_fname : "?");
}

static void report(const char *oracle, const uint64_t *ours, size_t our_count,
		   const uint64_t *theirs, size_t their_count, size_t at)
{
	static _Atomic int reported;

	if (atomic_fetch_add(&reported, 1) >= REPORTED)
		return;
	fprintf(stderr, "# frame %zu of %zu (ours) and %zu (%s) differs\n", at, our_count,
		their_count, oracle);
	for (size_t i = at > 3 ? at - 3 : 0; i <= at + 1; i++) {
		if (i < our_count)
			describe("ours", ours[i]);
		if (i < their_count)
			describe(oracle, theirs[i]);
	}
}

static size_t common_frames(const uint64_t *ours, size_t count, const uint64_t *theirs,
			    size_t their_count)
{
	size_t shared = count < their_count ? count : their_count;
	size_t same = 0;

	while (same < shared && ours[same] == theirs[same])
		same++;
	return same;
}

bool oracle_agrees(const uint64_t *ours, size_t count, enum recoat_unwind_end end,
		   const char *oracle, const uint64_t *theirs, size_t their_count,
		   struct oracle_tally *tally)
{
	size_t same = common_frames(ours, count, theirs, their_count);

	tally->frames += same;
	if (same == count && same == their_count)
		return true;
	if (same == count && end == RECOAT_UNWIND_INCOMPLETE) {
		tally->incomplete++;
		return true;
	}
	if (same == count && end == RECOAT_UNWIND_BLIND) {
		tally->blind++;
		return true;
	}
	if (same == count && end == RECOAT_UNWIND_FULL)
		return true;
	if (same == their_count && same > 0) {
		if (tally->oracle_short++ < 2)
			report(oracle, ours, count, theirs, their_count, same);
		return true;
	}
	tally->different++;
	report(oracle, ours, count, theirs, their_count, same);
	return false;
}

void oracle_compare(const struct recoat_registers *start, const struct recoat_stack *stack,
		    bool fast, struct oracle_tally *tally)
{
	uint64_t ours[ORACLE_MAX];
	uint64_t theirs[ORACLE_MAX + 16];
	enum recoat_unwind_end end;
	size_t count = recoat_unwind(start, stack, ours, ORACLE_MAX, &end);
	size_t their_count = oracle_libgcc(start->pc, theirs, ORACLE_MAX);

	tally->stacks++;
	oracle_agrees(ours, count, end, "libgcc", theirs, their_count, tally);
	if (fast)
		return;
	their_count = oracle_libunwind(start->pc, theirs, ORACLE_MAX + 16);
	oracle_agrees(ours, count, end, "libunwind", theirs, their_count, tally);
}
