/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are no files. */
#include "analyzer/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"

const char *recoat_regular_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFDIR:
		return "a directory";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

int recoat_regular_open(const char *path, struct recoat_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), result;
	struct stat status;

	if (fd < 0)
		return recoat_error_set(error, -errno, "%s: %s", path,
					errno == ELOOP ? "a symbolic link, expected a regular file"
						       : strerror(errno));
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		return fd;
	result = recoat_error_set(error, -EINVAL, "%s: %s, expected a regular file", path,
				  recoat_regular_kind(status.st_mode));
	close(fd);
	return result;
}
