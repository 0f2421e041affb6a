/* SPDX-License-Identifier: Apache-2.0 */
/* A scratch directory for one test, and looking at the files in it. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline void scratch_make(char path[64])
{
	strcpy(path, "/tmp/recoat-test-XXXXXX");
	if (!mkdtemp(path))
		abort();
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
				     struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static inline void scratch_remove(const char *path)
{
	nftw(path, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The file's bytes in fresh memory, and how many; aborts if it cannot be read. */
static inline unsigned char *scratch_read(const char *directory, const char *name, size_t *bytes)
{
	char path[256];
	struct stat status;
	unsigned char *text;
	int fd;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &status))
		abort();
	*bytes = (size_t)status.st_size;
	text = malloc(*bytes + 1);
	if (!text || read(fd, text, *bytes) != (ssize_t)*bytes)
		abort();
	close(fd);
	return text;
}

#endif
