/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are written twice. */
#include "plugins/verify/files.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool is_regular(const char *path)
{
	struct stat found;

	return path && !stat(path, &found) && S_ISREG(found.st_mode);
}

bool name_beside(const char *path, char beside[FILE_NAME_BYTES])
{
	static _Atomic unsigned number;
	struct stat found;
	int used;

	if (!path || (!stat(path, &found) && !S_ISREG(found.st_mode)))
		return false;
	used = snprintf(beside, FILE_NAME_BYTES, "%s.verify-%d-%u", path, (int)getpid(),
			atomic_fetch_add_explicit(&number, 1, memory_order_relaxed));
	return used < FILE_NAME_BYTES && lstat(beside, &found);
}

static int64_t difference(FILE *a, FILE *b)
{
	int64_t at = 0;
	int byte;

	for (; (byte = getc(a)) == getc(b); at++) {
		if (byte == EOF)
			return -1;
	}
	return at;
}

int64_t file_difference(const char *one, const char *other)
{
	FILE *a = fopen(one, "re"), *b = fopen(other, "re");
	int64_t at = a && b ? difference(a, b) : 0;

	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return at;
}

void remove_beside(const char *beside)
{
	int kept = errno;

	unlink(beside);
	errno = kept;
}

void put_in_place(const char *beside, const char *path)
{
	if (rename(beside, path))
		remove_beside(beside);
}
