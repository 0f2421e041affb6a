/* SPDX-License-Identifier: Apache-2.0 */
/* The directory that a new recording goes to. */
#include "analyzer/recording_place.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/run.h"

char *recoat_place_name(const char *output, const char *program, pid_t pid)
{
	return output ? recoat_strdup(output)
		      : recoat_asprintf("./recoat-%s-%d", program, (int)pid);
}

static int is_empty(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!directory)
		return -errno;
	while (empty && (entry = readdir(directory)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(directory);
	return empty;
}

/* A directory that is there must be empty: two runs in one would add up unnoticed. */
static int check_existing(const char *output, struct recoat_error *error)
{
	int empty = is_empty(output);
	struct recoat_error ignored;
	struct recoat_run run;

	if (empty < 0)
		return recoat_error_set(error, empty, "%s: %s", output, strerror(-empty));
	if (!empty && !recoat_run_open(&run, output, &ignored)) {
		recoat_run_close(&run);
		return recoat_error_set(error, -EEXIST,
					"%s: holds a recording already, expected a new or empty "
					"directory",
					output);
	}
	if (!empty)
		return recoat_error_set(error, -ENOTEMPTY,
					"%s: holds other files, expected a new or empty directory",
					output);
	if (access(output, W_OK | X_OK))
		return recoat_error_set(error, -errno, "%s: cannot be written: %s", output,
					strerror(errno));
	return 0;
}

/* The directory that `path` stands in, for the caller to free. */
static char *parent_of(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length ? recoat_asprintf("%.*s", (int)length, path) : recoat_strdup(".");
}

static int check_parent(const char *output, struct recoat_error *error)
{
	char *parent = parent_of(output);
	struct stat about;
	int result = 0;

	if (stat(parent, &about))
		result = recoat_error_set(error, -errno, "%s: cannot be created: %s: %s", output,
					  parent, strerror(errno));
	else if (!S_ISDIR(about.st_mode))
		result = recoat_error_set(error, -ENOTDIR,
					  "%s: cannot be created: %s: not a directory", output,
					  parent);
	else if (access(parent, W_OK | X_OK))
		result = recoat_error_set(error, -errno, "%s: cannot be created: %s: %s", output,
					  parent, strerror(errno));
	free(parent);
	return result;
}

int recoat_place_check(const char *output, struct recoat_error *error)
{
	struct stat about;

	if (!output)
		return check_parent("./recoat-*", error);
	if (lstat(output, &about))
		return check_parent(output, error);
	if (S_ISLNK(about.st_mode))
		return recoat_error_set(error, -ELOOP,
					"%s: a symbolic link, expected a new or empty directory",
					output);
	if (!S_ISDIR(about.st_mode))
		return recoat_error_set(error, -ENOTDIR,
					"%s: not a directory, expected a new or empty one", output);
	return check_existing(output, error);
}

char *recoat_place_make(const char *output, const char *program, pid_t pid,
			struct recoat_error *error)
{
	char *name = recoat_place_name(output, program, pid), *path = NULL;

	if (mkdir(name, 0700) && (errno != EEXIST || !output))
		recoat_error_set(error, -errno, "%s: cannot be created: %s", name, strerror(errno));
	else if (!(path = realpath(name, NULL)))
		recoat_error_set(error, -errno, "%s: %s", name, strerror(errno));
	free(name);
	return path;
}

void recoat_place_remove(const char *output, const char *program, pid_t pid)
{
	char *name = recoat_place_name(output, program, pid);

	rmdir(name);
	free(name);
}
