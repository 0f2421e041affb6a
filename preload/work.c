/* SPDX-License-Identifier: Apache-2.0 */
/* Work that other threads do for a call. */
#include "preload/work.h"

#include <assert.h>
#include <errno.h>

#include "preload/link.h"

#define WANTED (1ull << 63)
static_assert(RECOAT_LINKS_MAX < 0x7fff, "a link plus 1 has 15 bits");

static struct recoat_thread *caller_of(uint64_t call)
{
	return (struct recoat_thread *)(call & ((1ull << 48) - 1));
}

static uint64_t wanted(const struct recoat_thread *thread)
{
	for (uint32_t at = 0; at < thread->depth; at++)
		if (thread->open[at].flags & RECOAT_SPAN_CPU)
			return WANTED;
	return 0;
}

uint64_t recoat_work_call(void)
{
	struct recoat_thread *thread = recoat_thread_enter();
	uint64_t call;

	if (!thread)
		return 0;
	call = thread->serves;
	if (thread->depth)
		call = (uint64_t)thread | (uint64_t)recoat_work_link(thread) << 48 | wanted(thread);
	recoat_thread_leave(thread);
	return call;
}

void recoat_work_begin(uint64_t call)
{
	struct recoat_thread *thread = recoat_thread_enter();
	int kept = errno;

	if (!thread)
		return;
	thread->serves = call;
	if (call & WANTED)
		thread->serves_from = recoat_work_cpu_time(thread);
	recoat_thread_leave(thread);
	errno = kept;
}

void recoat_work_end(void)
{
	struct recoat_thread *thread = recoat_thread_enter();
	int kept = errno;

	if (!thread)
		return;
	if (thread->serves & WANTED)
		atomic_fetch_add_explicit(&caller_of(thread->serves)->helped,
					  recoat_work_cpu_time(thread) - thread->serves_from,
					  memory_order_relaxed);
	thread->serves = 0;
	recoat_thread_leave(thread);
	errno = kept;
}
