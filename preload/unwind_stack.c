/* SPDX-License-Identifier: Apache-2.0 */
/* Stack discovery without pthread_getattr_np, which allocates. */
#include "preload/unwind_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/os.h"

#define DEFAULT_LIMIT (8ull << 20)
#define LARGEST_LIMIT (1ull << 30)

/* The top of the main thread's stack; glibc's loader sets it before anything else runs. */
extern void *__libc_stack_end;

/* The mappings that hold the thread's descriptor and the main thread's stack. */
struct scan {
	uint64_t descriptor; /* glibc puts it at the very top of a thread's stack. */
	uint64_t main_end;
	bool inside_line; /* The text begins in the middle of a line, which is passed over. */
	struct recoat_stack around_descriptor;
	struct recoat_stack around_main_end;
};

static uint64_t hex(const char **at)
{
	uint64_t value = 0;

	for (;; (*at)++) {
		if (**at >= '0' && **at <= '9')
			value = value << 4 | (uint64_t)(**at - '0');
		else if (**at >= 'a' && **at <= 'f')
			value = value << 4 | (uint64_t)(**at - 'a' + 10);
		else
			return value;
	}
}

/* "start-end perms ..." */
static void scan_line(struct scan *scan, const char *line)
{
	struct recoat_stack mapping;

	mapping.low = hex(&line);
	line++;
	mapping.end = hex(&line);
	if (recoat_stack_has(&mapping, scan->descriptor))
		scan->around_descriptor = mapping;
	if (recoat_stack_has(&mapping, scan->main_end))
		scan->around_main_end = mapping;
}

/* Scan the complete lines of `text`; returns how many bytes they take. */
static size_t scan_lines(struct scan *scan, const char *text, size_t length)
{
	const char *line = text;
	const char *newline;

	while ((newline = memchr(line, '\n', length - (size_t)(line - text)))) {
		if (!scan->inside_line)
			scan_line(scan, line);
		scan->inside_line = false;
		line = newline + 1;
	}
	return (size_t)(line - text);
}

static void scan_maps(struct scan *scan, int descriptor)
{
	char text[1024]; /* Threads may have small stacks. */
	size_t have = 0;

	for (;;) {
		ssize_t got = recoat_read(descriptor, text + have, sizeof text - have);
		size_t done;

		if (got <= 0)
			return;
		have += (size_t)got;
		done = scan_lines(scan, text, have);
		if (!done && have == sizeof text) {
			if (!scan->inside_line)
				scan_line(scan, text);
			scan->inside_line = true;
			done = have;
		}
		have -= done;
		memmove(text, text + done, have);
	}
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
	int file = recoat_open("/proc/self/maps", O_RDONLY, 0);

	if (file >= 0) {
		scan_maps(&scan, file);
		recoat_close(file);
	}
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
