/* SPDX-License-Identifier: Apache-2.0 */
/* Spans that no return ends: left by longjmp, an exception or a cancellation. */
#include "preload/span_open.h"

#include <errno.h>
#include <unwind.h>

#include "preload/clock.h"
#include "preload/recording.h"

/*
 * Spans that were left by longjmp: their thunks' frames lay where the stack is free now. On
 * the thread's own stack that is all below `free`. Of other stacks it is not known where they
 * begin and end, so only a frame at the very place of a new one is known to be gone.
 */
void recoat_span_close_left(struct recoat_thread *thread, uint64_t stack, uint64_t free)
{
	bool apart = recoat_span_is_apart(thread, stack);

	for (uint32_t at = thread->depth; at-- > 0;) {
		const struct recoat_open_span *span = &thread->open[at];

		if (!!(span->flags & RECOAT_SPAN_APART) != apart)
			continue;
		if (!apart && span->stack >= free)
			return;
		if (!apart || (span->stack == stack && free > stack))
			recoat_span_close(thread, at, recoat_clock_span(), RECOAT_SPAN_UNWOUND);
	}
}

/*
 * The innermost open span of the stack that an exception is unwinding: of the thunks' frames there
 * the first one above that of the unwinder, which calls us.
 */
static uint32_t find_unwinding(const struct recoat_thread *thread, uint64_t stack)
{
	bool apart = recoat_span_is_apart(thread, stack);
	uint32_t found = RECOAT_SPAN_DEPTH_MAX;

	for (uint32_t at = thread->depth; at-- > 0;) {
		const struct recoat_open_span *span = &thread->open[at];

		if (!!(span->flags & RECOAT_SPAN_APART) == apart && span->stack > stack &&
		    (found == RECOAT_SPAN_DEPTH_MAX || span->stack < thread->open[found].stack))
			found = at;
	}
	return found;
}

/* The thunk's personality routine: an exception or a cancellation is unwinding through it. */
_Unwind_Reason_Code recoat_thunk_personality(int version, _Unwind_Action actions,
					     _Unwind_Exception_Class class,
					     struct _Unwind_Exception *exception,
					     struct _Unwind_Context *context);

_Unwind_Reason_Code recoat_thunk_personality(int version, _Unwind_Action actions,
					     _Unwind_Exception_Class class,
					     struct _Unwind_Exception *exception,
					     struct _Unwind_Context *context)
{
	struct recoat_thread *thread;
	int kept = errno;
	uint32_t at;

	(void)version, (void)class, (void)exception, (void)context;
	if (!(actions & _UA_CLEANUP_PHASE))
		return _URC_CONTINUE_UNWIND;
	thread = recoat_thread_enter();
	if (!thread)
		return _URC_CONTINUE_UNWIND;
	at = thread->too_deep ? RECOAT_SPAN_DEPTH_MAX
			      : find_unwinding(thread, (uint64_t)__builtin_frame_address(0));
	if (at < RECOAT_SPAN_DEPTH_MAX)
		recoat_span_close(thread, at, recoat_clock_span(), RECOAT_SPAN_UNWOUND);
	else if (thread->too_deep)
		thread->too_deep--;
	errno = kept;
	recoat_thread_leave(thread);
	return _URC_CONTINUE_UNWIND;
}
