/* SPDX-License-Identifier: Apache-2.0 */
/* recoat swap: switch the plugins of a running process on and off. */
#include "analyzer/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

/* DIRECTORY/recoat/NUMBER or DIRECTORY/recoat-NUMBER/NUMBER: others are not even opened. */
static bool is_named_like_control(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *at = memrchr(path, '/', (size_t)(name - path));

	if (!at || strncmp(at, "/recoat", 7) != 0)
		return false;
	at += 7;
	at += *at == '-';
	return at + strspn(at, "0123456789") == name && name[1] &&
	       !name[1 + strspn(name + 1, "0123456789")];
}

/*
 * The control file that a line of the process's mappings names, mapped, or NULL. It is reached as
 * the process sees it, whose root and number may be others than ours. One that was removed, since
 * another process has got the number, has "(deleted)" behind its name.
 */
static struct recoat_control *map_control(pid_t pid, char *line)
{
	struct recoat_control *control = MAP_FAILED;
	char *name = strchr(line, '/'), *path;
	struct stat file;
	int fd;

	line[strcspn(line, "\n")] = '\0';
	if (!name || !is_named_like_control(name))
		return NULL;
	path = recoat_asprintf("/proc/%d/root%s", (int)pid, name);
	fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && !fstat(fd, &file) && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
	    (size_t)file.st_size >= sizeof(*control))
		control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	free(path);
	if (control == MAP_FAILED)
		return NULL;
	if (control->magic == RECOAT_CONTROL_MAGIC && control->count <= RECOAT_CONTROL_PLUGINS)
		return control;
	munmap(control, sizeof(*control));
	return NULL;
}

static struct recoat_control *find_control(pid_t pid, struct recoat_error *error)
{
	char *name = recoat_asprintf("/proc/%d/maps", (int)pid), *line = NULL;
	struct recoat_control *control = NULL;
	FILE *maps = fopen(name, "re");
	size_t size = 0;

	while (maps && !control && getline(&line, &size, maps) > 0)
		control = map_control(pid, line);
	free(line);
	if (maps)
		fclose(maps);
	free(name);
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
