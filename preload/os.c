/* SPDX-License-Identifier: Apache-2.0 */
/* Bare system calls. */
#include "preload/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int recoat_open(const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}

void recoat_close(int fd)
{
	syscall(SYS_close, fd);
}

ssize_t recoat_read(int fd, void *to, size_t bytes)
{
	return syscall(SYS_read, fd, to, bytes);
}

/* From offset `at` on, or where the file stands if that is negative. */
static bool write_all(int fd, const char *from, size_t bytes, off_t at)
{
	size_t done = 0;

	while (done < bytes) {
		long some = at < 0 ? syscall(SYS_write, fd, from + done, bytes - done)
				   : syscall(SYS_pwrite64, fd, from + done, bytes - done,
					     at + (off_t)done);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			return false;
		done += (size_t)some;
	}
	return true;
}

bool recoat_write(int fd, const void *from, size_t bytes)
{
	return write_all(fd, from, bytes, -1);
}

bool recoat_write_at(int fd, const void *from, size_t bytes, off_t at)
{
	return write_all(fd, from, bytes, at);
}

bool recoat_may_be_long(uint64_t bytes)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur >= bytes;
}

bool recoat_reserve(int fd, size_t bytes)
{
	static const char zeros[4096];

	if (!recoat_may_be_long(bytes))
		return false;
	if (!syscall(SYS_fallocate, fd, 0, 0L, bytes))
		return true;
	/* File systems without fallocate get the blocks by writing them. */
	while (bytes > 0) {
		size_t part = bytes < sizeof zeros ? bytes : sizeof zeros;

		if (!recoat_write(fd, zeros, part))
			return false;
		bytes -= part;
	}
	return true;
}

void recoat_signals_hold(uint64_t *kept)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
	uint64_t held = ~0ull;

	for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
		held &= ~(1ull << (faults[i] - 1));
	*kept = 0;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &held, kept, sizeof held);
}

void recoat_signals_release(uint64_t kept)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kept, NULL, sizeof kept);
}
