/* SPDX-License-Identifier: Apache-2.0 */
/* Pages by system call: neither the target's malloc nor an interposed mmap is involved. */
#include "preload/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *recoat_map(size_t bytes)
{
	int kept = errno;
	long at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);

	errno = kept;
	return at == -1 ? NULL : (void *)at;
}

void recoat_unmap(void *at, size_t bytes)
{
	int kept = errno;

	if (at)
		syscall(SYS_munmap, at, bytes);
	errno = kept;
}
