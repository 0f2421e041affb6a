/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations behind frames of odd_frames.S, and what libgcc says of their stacks, on stdout. */
#include <dlfcn.h>
#include <inttypes.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#define NOINLINE __attribute__((noinline, noclone))

typedef void odd_function(void (*call)(void *), void *argument);
odd_function odd_cfa_register, odd_cfa_expression, odd_value, odd_return, odd_base;

static odd_function *const odd[] = {odd_cfa_register, odd_cfa_expression, odd_value, odd_base};
#define ODD (sizeof odd / sizeof *odd)

/* Where `address` lies: the name of its file and the address there. */
struct place {
	uint64_t address;
	const char *name;
	uint64_t offset;
};

static int look(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct place *place = argument;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD ||
		    place->address - info->dlpi_addr - segment->p_vaddr >= segment->p_memsz)
			continue;
		place->name = strrchr(info->dlpi_name, '/');
		place->offset = place->address - info->dlpi_addr;
		return 1;
	}
	return 0;
}

static _Unwind_Reason_Code print(struct _Unwind_Context *context, void *first)
{
	struct place place = {.address = _Unwind_GetIP(context) - 1};

	if (place.address == UINT64_MAX)
		return _URC_END_OF_STACK;
	dl_iterate_phdr(look, &place);
	/* Of the function that allocates, the call is another one. */
	if (!*(int *)first)
		printf(" %s:%" PRIu64, place.name ? place.name + 1 : "", place.offset);
	*(int *)first = 0;
	return _URC_NO_REASON;
}

/* A block of so many bytes that is never freed, and its call path by libgcc. */
static NOINLINE void leaf(void *size)
{
	static char buffer[1 << 16]; /* Or stdout would allocate its own. */
	static int buffered;
	void *volatile block;
	int first = 1;

	if (!buffered++)
		setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	block = malloc((size_t)size);
	(void)block;
	printf("%zu", (size_t)size);
	_Unwind_Backtrace(print, &first);
	printf("\n");
}

/* With a frame pointer, so that it needs the rbp that is its own. */
__attribute__((optimize("no-omit-frame-pointer"))) static NOINLINE void call(odd_function *function,
									     void (*next)(void *),
									     size_t size)
{
	volatile char pad[32];

	pad[0] = (char)size;
	function(next, (void *)size);
	pad[1] = pad[0];
}

/* One odd frame on another. */
static size_t level;
static NOINLINE void nest(void *size)
{
	volatile char pad[16];

	pad[0] = 1;
	if (level == ODD)
		leaf(size);
	else
		call(odd[level++], nest, (size_t)size);
	pad[1] = pad[0];
}

/* Blocks of `size` bytes and of the next five sizes; the last is on a stack that libunwind
 * mistakes. */
static NOINLINE void round_of(size_t size)
{
	for (size_t i = 0; i < ODD; i++)
		call(odd[i], leaf, size + i);
	level = 0;
	nest((void *)(size + ODD));
	call(odd_return, leaf, size + ODD + 1);
}

/* A block that is freed at once. */
static NOINLINE void quiet(void *size)
{
	void *volatile block = malloc((size_t)size);

	free(block);
}

static void *in_thread(void *size)
{
	round_of((size_t)size);
	return NULL;
}

/*
 * The start of a thread is where libunwind may be opened, if it was not before. The argument says
 * how many more blocks are allocated after all that.
 */
int main(int argc, char **argv)
{
	long more = argc > 1 ? atol(argv[1]) : 0;
	pthread_t thread;

	round_of(1000);
	pthread_create(&thread, NULL, in_thread, (void *)(size_t)2000);
	pthread_join(thread, NULL);
	round_of(3000);
	while (more-- > 0)
		call(odd_cfa_register, quiet, 16);
	return 7;
}
