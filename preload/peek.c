/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that were readable, and loads from them. */
#include "preload/peek.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload/fault.h"

#define PAGE 4096u
#define PAGES 32u

/* Numbers of pages that this thread has read through the kernel, 0 for none. */
static __thread uint64_t seen[PAGES] __attribute__((tls_model("initial-exec")));

static bool read_by_kernel(uint64_t address, void *to, size_t bytes)
{
	struct iovec local = {to, bytes};
	struct iovec remote = {(void *)address, bytes};
	int kept = errno;
	bool whole =
		syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0) == (long)bytes;

	errno = kept;
	return whole;
}

/* An aligned word, which lies in one page. */
static bool read_word(uint64_t address, uint64_t *to)
{
	uint64_t page = address / PAGE;
	uint64_t *place = &seen[page % PAGES];

	if (__builtin_expect(*place == page, 1))
		return recoat_peek_word(address, to);
	if (!page || !read_by_kernel(address, to, sizeof *to))
		return false;
	*place = page;
	return true;
}

/* At most 8 bytes, from one word or two. */
static bool read_value(uint64_t address, uint64_t *value, size_t bytes)
{
	unsigned shift = 8 * (unsigned)(address % 8);
	uint64_t high;

	address -= address % 8;
	if (!read_word(address, value))
		return false;
	*value >>= shift;
	if (shift + 8 * bytes <= 64)
		return true;
	if (!read_word(address + 8, &high))
		return false;
	*value |= high << (64 - shift);
	return true;
}

bool recoat_peek(uint64_t address, void *to, size_t bytes)
{
	unsigned char *at = to;
	uint64_t value;

	if (__builtin_expect(!recoat_fault_caught(), 0))
		return read_by_kernel(address, to, bytes);
	for (; bytes > 8; bytes -= 8, address += 8, at += 8) {
		if (!read_value(address, &value, 8))
			return false;
		memcpy(at, &value, 8);
	}
	if (!read_value(address, &value, bytes))
		return false;
	/* In sizes that the compiler knows: what calls memcpy may change vector registers. */
	if (bytes == 8)
		memcpy(at, &value, 8);
	else if (bytes == 4)
		memcpy(at, &value, 4);
	else if (bytes == 2)
		memcpy(at, &value, 2);
	else
		*at = (unsigned char)value;
	return true;
}
