/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the traces of a recording. */
#include "analyzer/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

static bool has_metadata(const char *directory)
{
	char *path = recoat_asprintf("%s/metadata", directory);
	bool has = !access(path, F_OK);

	free(path);
	return has;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static void add(char ***list, size_t *count, size_t *room, char *path)
{
	*list = recoat_grow(*list, *count, room, sizeof(**list));
	(*list)[(*count)++] = path;
}

/* Sort an entry of a recording's directory; returns 1 if it has no business there. */
static size_t take_entry(struct recoat_run *run, const char *directory, const char *name)
{
	char *path = recoat_asprintf("%s/%s", directory, name);

	if (has_metadata(path)) {
		add(&run->trace, &run->count, &run->room, path);
		return 0;
	}
	if (is_directory(path)) {
		add(&run->unusable, &run->unusable_count, &run->unusable_room, path);
		return 0;
	}
	free(path);
	return 1;
}

static int by_name(const void *left, const void *right)
{
	return strverscmp(*(char *const *)left, *(char *const *)right);
}

static int no_traces(const char *path, size_t entries, struct recoat_error *error)
{
	if (!entries)
		return recoat_error_set(error, -ENOENT,
					"%s: an empty directory, expected a recording", path);
	return recoat_error_set(
		error, -EINVAL,
		"%s: not a recording: found %zu other files or directories, expected "
		"a file metadata, or directories that hold one",
		path, entries);
}

static int scan(struct recoat_run *run, const char *path, DIR *directory,
		struct recoat_error *error)
{
	struct dirent *entry;
	size_t others = 0;

	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			others += take_entry(run, path, entry->d_name);
	if (!run->count)
		return no_traces(path, others + run->unusable_count, error);
	qsort(run->trace, run->count, sizeof(*run->trace), by_name);
	return 0;
}

int recoat_run_open(struct recoat_run *run, const char *path, struct recoat_error *error)
{
	DIR *directory;
	int result;

	*run = (struct recoat_run){0};
	if (has_metadata(path)) {
		add(&run->trace, &run->count, &run->room, recoat_strdup(path));
		return 0;
	}
	directory = opendir(path);
	if (!directory)
		return recoat_error_set(error, -errno, "%s: %s, expected a recording's directory",
					path, strerror(errno));
	result = scan(run, path, directory, error);
	closedir(directory);
	if (result)
		recoat_run_close(run);
	return result;
}

void recoat_run_close(struct recoat_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		free(run->trace[i]);
	for (size_t i = 0; i < run->unusable_count; i++)
		free(run->unusable[i]);
	free(run->trace);
	free(run->unusable);
	*run = (struct recoat_run){0};
}

/* Is this directory a recording, and later than `*latest`? */
static bool is_newer(const char *path, struct timespec *latest)
{
	struct recoat_error ignored;
	struct recoat_run run;
	struct stat status;

	if (stat(path, &status) || !S_ISDIR(status.st_mode) ||
	    status.st_mtim.tv_sec < latest->tv_sec ||
	    (status.st_mtim.tv_sec == latest->tv_sec && status.st_mtim.tv_nsec < latest->tv_nsec))
		return false;
	if (recoat_run_open(&run, path, &ignored))
		return false;
	recoat_run_close(&run);
	*latest = status.st_mtim;
	return true;
}

char *recoat_run_newest(struct recoat_error *error)
{
	struct timespec latest = {.tv_sec = INT64_MIN};
	char *newest = NULL;
	glob_t found;

	if (!glob("recoat-*", 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (is_newer(found.gl_pathv[i], &latest)) {
				free(newest);
				newest = recoat_strdup(found.gl_pathv[i]);
			}
		globfree(&found);
	}
	if (!newest)
		recoat_error_set(error, -ENOENT,
				 "no recording in the current directory: found no recoat-*/ with "
				 "one; name a directory or make one with `recoat record`");
	return newest;
}
