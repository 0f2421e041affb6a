/* SPDX-License-Identifier: Apache-2.0 */
/* recoat swap: switch the plugins of a running process on and off. */
#include "analyzer/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "recoat/control.h"

static const char help[] =
	"Usage: recoat swap PID [none | PLUGIN[,PLUGIN]...]\n"
	"Choose which of its plugins a running process uses, of those that it was started with\n"
	"(RECOAT_PLUGINS, recoat record -p) and in their order; none leaves the program's own\n"
	"kernels. Calls that have begun end as they began. Without a choice, say which are "
	"used.\n\n"
	"  --help   this text\n";

/* ---- Finding the process. ---- */

/* Does the process map this file? One of an earlier process, or from before an exec, is stale. */
static bool is_mapped(pid_t pid, const struct stat *file)
{
	char *name = recoat_asprintf("/proc/%d/maps", (int)pid), *line = NULL;
	FILE *maps = fopen(name, "re");
	bool found = false;
	size_t size = 0;

	while (maps && !found && getline(&line, &size, maps) > 0) {
		unsigned major, minor;
		uint64_t inode;

		found = sscanf(line, "%*s %*s %*s %x:%x %" SCNu64, &major, &minor, &inode) == 3 &&
			makedev(major, minor) == file->st_dev && inode == file->st_ino;
	}
	free(line);
	if (maps)
		fclose(maps);
	free(name);
	return found;
}

/* The control file at `path`, mapped, if it is this process's. */
static struct recoat_control *map_control(const char *path, pid_t pid)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct recoat_control *control = MAP_FAILED;
	struct stat file;

	if (fd >= 0 && !fstat(fd, &file) && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
	    (size_t)file.st_size >= sizeof(*control) && is_mapped(pid, &file))
		control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (control == MAP_FAILED)
		return NULL;
	if (control->magic == RECOAT_CONTROL_MAGIC && control->count <= RECOAT_CONTROL_PLUGINS)
		return control;
	munmap(control, sizeof(*control));
	return NULL;
}

static struct recoat_control *find_control(pid_t pid, struct recoat_error *error)
{
	struct recoat_control *control = NULL;
	char path[PATH_MAX];

	for (int place = 0; !control && place < RECOAT_CONTROL_PLACES; place++)
		if (recoat_control_path(path, sizeof(path), place, pid))
			control = map_control(path, pid);
	if (!control)
		recoat_error_set(error, -ENOENT,
				 "process %d has no plugin before a kernel, or is not yours: "
				 "nothing to swap",
				 (int)pid);
	return control;
}

/* ---- What is used. ---- */

/* The names in `on`, separated by commas, or "none"; for the caller to free. */
static char *names(const struct recoat_control *control, uint32_t on)
{
	char *text = recoat_strdup("");

	for (uint32_t i = 0; i < control->count; i++) {
		char *longer;

		if (!(on >> i & 1))
			continue;
		longer = recoat_asprintf("%s%s%.63s", text, *text ? "," : "", control->plugin[i]);
		free(text);
		text = longer;
	}
	if (!*text) {
		free(text);
		text = recoat_strdup("none");
	}
	return text;
}

static int refuse(const struct recoat_control *control, const char *found,
		  struct recoat_error *error)
{
	char *able = names(control, control->able);

	recoat_error_set(error, -EINVAL, "found \"%s\", expected none or some of %s, in this order",
			 found, able);
	free(able);
	return -EINVAL;
}

/* The number of the plugin, from `from` on; `control->count` if there is none. */
static uint32_t find_plugin(const struct recoat_control *control, uint32_t from, const char *name)
{
	while (from < control->count &&
	       (!(control->able >> from & 1) || strncmp(control->plugin[from], name, 64) != 0))
		from++;
	return from;
}

static int read_choice(const struct recoat_control *control, const char *choice, uint32_t *on,
		       struct recoat_error *error)
{
	char *list = recoat_strdup(choice), *rest = list, *name;
	uint32_t at = 0;
	int result = 0;

	*on = 0;
	while (strcmp(choice, "none") != 0 && !result && (name = strsep(&rest, ","))) {
		at = find_plugin(control, at, name);
		if (at == control->count)
			result = refuse(control, choice, error);
		else
			*on |= 1u << at++;
	}
	free(list);
	return result;
}

static int swap(pid_t pid, const char *choice)
{
	struct recoat_error error;
	struct recoat_control *control = find_control(pid, &error);
	uint32_t before, on;
	char *old, *new;

	if (!control)
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	before = __atomic_load_n(&control->on, __ATOMIC_RELAXED) & control->able;
	old = names(control, before);
	if (!choice) {
		printf("%s\n", old);
	} else if (read_choice(control, choice, &on, &error)) {
		free(old);
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	} else {
		__atomic_store_n(&control->on, on, __ATOMIC_RELEASE);
		new = names(control, on);
		printf("%s -> %s\n", old, new);
		free(new);
	}
	free(old);
	return recoat_finish();
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	static const struct option known[] = {{"help", no_argument, NULL, 'h'}, {0}};
	char *end;
	long pid;
	int found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == 'h')
			return recoat_print_help(command);
		return recoat_option_error(command, found, argv);
	}
	if (argc - optind < 1 || argc - optind > 2)
		return recoat_usage_error(command, "found %d words, expected PID [PLUGINS]",
					  argc - optind);
	errno = 0;
	pid = strtol(argv[optind], &end, 10);
	if (errno || *end || pid < 1 || pid > INT_MAX)
		return recoat_usage_error(command, "found \"%s\", expected a process id",
					  argv[optind]);
	return swap((pid_t)pid, argv[optind + 1]);
}

const struct recoat_command recoat_command_swap = {
	.name = "swap",
	.summary = "switch the plugins of a running process",
	.help = help,
	.run = run,
};
