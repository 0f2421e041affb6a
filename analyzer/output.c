/* SPDX-License-Identifier: Apache-2.0 */
/* Writing to a temporary file, then renaming it. */
#include "analyzer/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

static int fail(struct recoat_error *error, const char *path)
{
	int cause = errno ? errno : EIO;

	return recoat_error_set(error, -cause, "%s: cannot be written: %s", path, strerror(cause));
}

/* mkstemp() makes files that nobody else can read; this one gets the usual rights. */
static void widen(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, 0666 & ~mask);
}

static FILE *open_temporary(char *name)
{
	int fd = mkstemp(name);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file) {
		widen(fd);
	} else if (fd >= 0) {
		close(fd);
		unlink(name);
	}
	return file;
}

int recoat_output_open(struct recoat_output *output, const char *path, struct recoat_error *error)
{
	struct stat status;

	*output = (struct recoat_output){.path = path, .file = stdout};
	if (!path)
		return 0;
	/* A device or a pipe is written to as it is. */
	if (!stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
		output->file = fopen(path, "we");
		return output->file ? 0 : fail(error, path);
	}
	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		return recoat_error_set(error, -EISDIR, "%s: a directory, expected a file", path);
	output->temporary = recoat_asprintf("%s.XXXXXX", path);
	output->file = open_temporary(output->temporary);
	if (output->file)
		return 0;
	free(output->temporary);
	return fail(error, path);
}

int recoat_output_commit(struct recoat_output *output, struct recoat_error *error)
{
	const char *path = output->path ? output->path : "standard output";
	int failed = ferror(output->file), result = 0;

	/* Why an earlier write failed is forgotten; another one fails for the same reason. */
	clearerr(output->file);
	errno = 0;
	if (failed && fputc('\n', output->file) != EOF)
		fflush(output->file);
	if (fclose(output->file) || failed)
		result = fail(error, path);
	else if (output->temporary && rename(output->temporary, output->path))
		result = fail(error, path);
	if (result && output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	return result;
}

void recoat_output_abandon(struct recoat_output *output)
{
	if (output->path)
		fclose(output->file);
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
}
