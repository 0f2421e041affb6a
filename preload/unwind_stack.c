/* SPDX-License-Identifier: Apache-2.0 */
/* Stack discovery without pthread_getattr_np, which allocates. */
#include "preload/unwind_stack.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/maps.h"

#define DEFAULT_LIMIT (8ull << 20)
#define LARGEST_LIMIT (1ull << 30)

/* The top of the main thread's stack; glibc's loader sets it before anything else runs. */
extern void *__libc_stack_end;

/* The mappings that hold the thread's descriptor and the main thread's stack. */
struct scan {
	uint64_t descriptor; /* glibc puts it at the very top of a thread's stack. */
	uint64_t main_end;
	struct recoat_stack around_descriptor;
	struct recoat_stack around_main_end;
};

static bool look_at(const struct recoat_mapping *mapping, void *data)
{
	const struct recoat_stack range = {.low = mapping->start, .end = mapping->end};
	struct scan *scan = data;

	if (recoat_stack_has(&range, scan->descriptor))
		scan->around_descriptor = range;
	if (recoat_stack_has(&range, scan->main_end))
		scan->around_main_end = range;
	return false;
}

/* The main thread's stack grows downwards as far as the limit allows. */
static void extend_main(struct recoat_stack *stack)
{
	struct rlimit limit = {.rlim_cur = 0};
	uint64_t size = DEFAULT_LIMIT;

	syscall(SYS_getrlimit, RLIMIT_STACK, &limit);
	if (limit.rlim_cur > size && limit.rlim_cur <= LARGEST_LIMIT)
		size = limit.rlim_cur;
	if (stack->end > size && stack->end - size < stack->low)
		stack->low = stack->end - size;
}

void recoat_stack_find(struct recoat_stack *stack, uint64_t sp)
{
	struct scan scan = {.descriptor = (uint64_t)pthread_self(),
			    .main_end = (uint64_t)__libc_stack_end};
	bool is_main = syscall(SYS_gettid) == getpid();
	int kept = errno;

	recoat_maps_visit(look_at, &scan);
	if (scan.around_main_end.end)
		extend_main(&scan.around_main_end);
	if (scan.around_descriptor.end)
		scan.around_descriptor.end = scan.descriptor;
	if (recoat_stack_has(&scan.around_descriptor, sp))
		*stack = scan.around_descriptor;
	else if (is_main || recoat_stack_has(&scan.around_main_end, sp))
		*stack = scan.around_main_end;
	else
		*stack = scan.around_descriptor;
	errno = kept;
}

/*
 * The kernel reads the signal set before it looks at `how`: EFAULT if it cannot, EINVAL for
 * the nonsense in `how` if it can. No sandbox forbids this call.
 */
bool recoat_stack_probe(uint64_t address)
{
	int kept = errno;
	bool readable;

	syscall(SYS_rt_sigprocmask, -1L, address, NULL, 8L);
	readable = errno == EINVAL;
	errno = kept;
	return readable;
}
