/* SPDX-License-Identifier: Apache-2.0 */
/* Packed recordings in an archive: tar makes and reads it. */
#include "analyzer/packed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/regular.h"

#define DEEP 16 /* Directories that are open at a time while removing. */

int recoat_packed_tar(char *const *arguments, struct recoat_error *error)
{
	posix_spawn_file_actions_t actions;
	int status = 0, result;
	pid_t pid;

	/* What it has to say takes several lines. */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	result = posix_spawnp(&pid, "tar", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result)
		return recoat_error_set(error, -result, "tar: %s", strerror(result));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return recoat_error_set(error, -EIO, "tar: failed with status %d",
					WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status, (void)type, (void)where;
	return remove(path);
}

void recoat_packed_clear(const char *directory)
{
	nftw(directory, remove_entry, DEEP, FTW_DEPTH | FTW_PHYS);
}

/* The only entry of a directory, for the caller to free; NULL if there is not just one. */
static char *only_entry(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char *only = NULL;
	size_t count = 0;

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		free(only);
		only = recoat_asprintf("%s/%s", path, entry->d_name);
		count++;
	}
	if (directory)
		closedir(directory);
	if (count == 1)
		return only;
	free(only);
	return NULL;
}

/* An archive may hold what is no file, too. It has been made then, but nobody has looked into it.
 */
static int check_entries(const char *path, char *into, struct recoat_error *error)
{
	char *const roots[] = {into, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int result = 0;

	while (!result && tree && (entry = fts_read(tree)))
		if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP &&
		    entry->fts_info != FTS_F)
			result = recoat_error_set(
				error, -EINVAL,
				"%s: holds %s, which is %s, expected directories and "
				"regular files that can be read",
				path, entry->fts_path + strlen(into) + 1,
				recoat_regular_kind(entry->fts_statp->st_mode));
	if (tree)
		fts_close(tree);
	return result;
}

static int extract(const char *path, char *into, char **directory, struct recoat_error *error)
{
	char *const arguments[] = {(char *)"tar", (char *)"-xf", (char *)path,
				   (char *)"-C",  into,          (char *)"--no-same-owner",
				   NULL};
	int result = recoat_packed_tar(arguments, error);

	if (result)
		return recoat_error_context(error, result,
					    "%s: a file, expected a directory or an archive", path);
	result = check_entries(path, into, error);
	if (result)
		return result;
	*directory = only_entry(into);
	if (!*directory)
		return recoat_error_set(error, -EINVAL,
					"%s: an archive, expected one directory in it", path);
	return 0;
}

int recoat_packed_extract(const char *path, char **directory, struct recoat_error *error)
{
	const char *place = getenv("TMPDIR");
	struct stat status;
	char *into;
	int result;

	*directory = NULL;
	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return 0;
	into = recoat_asprintf("%s/recoat-XXXXXX", place && *place ? place : "/tmp");
	if (mkdtemp(into)) {
		result = extract(path, into, directory, error);
		if (result)
			recoat_packed_clear(into);
	} else {
		result = recoat_error_set(error, -errno, "%s: %s", into, strerror(errno));
	}
	free(into);
	return result;
}

void recoat_packed_remove(char *directory)
{
	if (!directory)
		return;
	*strrchr(directory, '/') = '\0';
	recoat_packed_clear(directory);
	free(directory);
}
