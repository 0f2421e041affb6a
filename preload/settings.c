/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking the RECOAT_* variables. */
#include "preload/settings.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/debug_file.h"
#include "preload/memory.h"
#include "preload/os.h"
#include "recoat/recording.h"

#define DEFAULT_OUTPUT "recoat-%e-%p"
#define MAPS_MAX (1u << 20)

/* Where the executable, which comes first, is mapped. */
static int executable_start(struct dl_phdr_info *info, size_t size, void *start)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_LOAD) {
			*(uint64_t *)start = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr) &
					     ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
			break;
		}
	}
	return 1;
}

/* /proc/self/maps as text, or NULL; to be unmapped with MAPS_MAX. */
static char *read_maps(void)
{
	int fd = recoat_open("/proc/self/maps", O_RDONLY, 0);
	char *text = fd < 0 ? NULL : recoat_map(MAPS_MAX);
	size_t used = 0;
	ssize_t got;

	while (text && used < MAPS_MAX - 1 &&
	       (got = recoat_read(fd, text + used, MAPS_MAX - 1 - used)) > 0)
		used += (size_t)got;
	if (fd >= 0)
		recoat_close(fd);
	return text;
}

/* The file that is mapped at `start`: "START-END MODE OFFSET DEVICE INODE   PATH". */
static void find_mapped(const char *maps, uint64_t start, char path[PATH_MAX])
{
	for (const char *line = maps; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");
		const char *name = memchr(line, '/', length);

		if (strtoull(line, NULL, 16) != start || !name)
			continue;
		length -= (size_t)(name - line);
		if (length < PATH_MAX) {
			memcpy(path, name, length);
			path[length] = '\0';
		}
		return;
	}
}

/*
 * Not simply /proc/self/exe: that is the loader if it was told to run the program, as in
 * `ld.so --preload librecoat.so ./program`.
 */
const char *recoat_program_path(void)
{
	static char path[PATH_MAX];
	uint64_t start = 0;
	char *maps;
	ssize_t got;

	if (path[0])
		return path;
	got = readlink("/proc/self/exe", path, sizeof path - 1);
	path[got > 0 ? got : 0] = '\0';
	dl_iterate_phdr(executable_start, &start);
	maps = read_maps();
	if (maps && start)
		find_mapped(maps, start, path);
	recoat_unmap(maps, MAPS_MAX);
	return path;
}

const char *recoat_program_name(void)
{
	const char *path = recoat_program_path();
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return *name ? name : "unknown";
}

/* Append `text` at `used`, which may pass the end: the caller checks the total. */
static size_t append(char *to, size_t size, size_t used, const char *text)
{
	size_t length = strlen(text);

	if (used + length < size)
		memcpy(to + used, text, length + 1);
	return used + length;
}

/* Replace %p by the process id, %e by the program's name, %% by %. False: too long, or bad. */
static bool expand(char *to, size_t size, const char *pattern)
{
	size_t used = 0;
	char one[2] = "";
	char pid[16];

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	for (const char *p = pattern; *p; p++) {
		if (*p != '%') {
			one[0] = *p;
			used = append(to, size, used, one);
			continue;
		}
		p++;
		if (*p == 'p')
			used = append(to, size, used, pid);
		else if (*p == 'e')
			used = append(to, size, used, recoat_program_name());
		else if (*p == '%')
			used = append(to, size, used, "%");
		else
			return false;
	}
	return used < size;
}

/* `pattern` behind the current directory, whose percent signs mean themselves. */
static bool make_absolute(char *to, size_t size, const char *pattern)
{
	char here[PATH_MAX];
	char one[3] = "";
	size_t used = 0;

	if (!getcwd(here, sizeof here))
		return false;
	for (const char *p = here; *p; p++) {
		one[0] = *p;
		one[1] = *p == '%' ? '%' : '\0';
		used = append(to, size, used, one);
	}
	used = append(to, size, used, "/");
	return append(to, size, used, pattern) < size;
}

/*
 * A relative path is made absolute for the programs started from here too, or those that change
 * the directory first would leave recordings all over the place.
 */
static bool read_output(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	const char *value = getenv("RECOAT_OUTPUT");
	bool given = value && *value;
	const char *pattern = given ? value : DEFAULT_OUTPUT;
	char absolute[PATH_MAX];

	if (pattern[0] != '/') {
		if (!make_absolute(absolute, sizeof absolute, pattern)) {
			snprintf(problem, problem_size,
				 "RECOAT_OUTPUT: found '%s', expected an absolute path, as the "
				 "current directory has gone or is too long",
				 pattern);
			return false;
		}
		pattern = absolute;
	}
	if (expand(settings->output, sizeof settings->output, pattern)) {
		if (given && pattern != value)
			setenv("RECOAT_OUTPUT", pattern, 1);
		return true;
	}
	snprintf(problem, problem_size,
		 "RECOAT_OUTPUT: found '%s', expected a path in which %% is followed by p, e or %%",
		 pattern);
	return false;
}

static bool read_heap(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	const char *value = getenv("RECOAT_HEAP");

	if (!value || !*value)
		value = "profile";
	if (recoat_heap_level_parse(value, &settings->heap))
		return true;
	snprintf(problem, problem_size, "RECOAT_HEAP: found '%s', expected " RECOAT_HEAP_EXPECTED,
		 value);
	return false;
}

static bool read_unwinder(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	static const char *const names[] = {"cache", "verify", "libunwind", "complete"};
	const char *value = getenv("RECOAT_UNWIND");

	settings->unwinder = RECOAT_UNWIND_CACHE;
	if (!value || !*value)
		return true;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		settings->unwinder = (enum recoat_unwinder)i;
		if (!strcmp(value, names[i]))
			return true;
	}
	snprintf(problem, problem_size,
		 "RECOAT_UNWIND: found '%s', expected cache, verify, libunwind or complete", value);
	return false;
}

static bool read_spans(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	static const char *const names[] = {"auto", "all", "aggregate", "off"};
	const char *value = getenv("RECOAT_SPANS");

	settings->spans = RECOAT_SPANS_AUTO;
	if (!value || !*value)
		return true;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		settings->spans = (enum recoat_spans_setting)i;
		if (!strcmp(value, names[i]))
			return true;
	}
	snprintf(problem, problem_size,
		 "RECOAT_SPANS: found '%s', expected auto, all, aggregate or off", value);
	return false;
}

static bool read_cpu(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	const char *value = getenv("RECOAT_CPU");
	char *end;
	long rate;

	settings->cpu_rate = RECOAT_CPU_RATE;
	if (!value || !*value)
		return true;
	rate = strtol(value, &end, 10);
	settings->cpu_rate = (unsigned)rate;
	if (*value >= '0' && *value <= '9' && !*end && rate <= RECOAT_CPU_RATE_MAX)
		return true;
	snprintf(problem, problem_size,
		 "RECOAT_CPU: found '%s', expected samples a second from 0 (none) to %d", value,
		 RECOAT_CPU_RATE_MAX);
	return false;
}

static bool read_follow(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	const char *value = getenv("RECOAT_FOLLOW");

	settings->follow = !value || !*value || !strcmp(value, "1");
	if (settings->follow || !strcmp(value, "0"))
		return true;
	snprintf(problem, problem_size, "RECOAT_FOLLOW: found '%s', expected 0 or 1", value);
	return false;
}

/* `variable` as it is. False if it does not fit. */
static bool copy(const char *variable, char *to, size_t size, char *problem, size_t problem_size)
{
	const char *value = getenv(variable);

	if ((size_t)snprintf(to, size, "%s", value ? value : "") < size)
		return true;
	snprintf(problem, problem_size, "%s: longer than %u bytes", variable, (unsigned)size);
	return false;
}

/* The directories that `variable` names, and the installed one behind them. */
static bool read_path(const char *variable, const char *installed, char to[PATH_MAX], char *problem,
		      size_t problem_size)
{
	const char *path = getenv(variable);
	bool own = path && *path;

	if (snprintf(to, PATH_MAX, "%s%s%s", own ? path : "", own ? ":" : "", installed) < PATH_MAX)
		return true;
	snprintf(problem, problem_size, "%s: longer than %u bytes", variable, PATH_MAX);
	return false;
}

static bool read_debug_path(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	const char *value = getenv("RECOAT_DEBUG_PATH");

	if (!value || !*value)
		value = RECOAT_DEBUG_DIRECTORY;
	if (value[0] == '/' && strlen(value) < sizeof settings->debug_path) {
		strcpy(settings->debug_path, value);
		return true;
	}
	snprintf(problem, problem_size,
		 "RECOAT_DEBUG_PATH: found '%.80s', expected the absolute path of a directory",
		 value);
	return false;
}

bool recoat_settings_read(struct recoat_settings *settings, char *problem, size_t problem_size)
{
	return read_output(settings, problem, problem_size) &&
	       read_heap(settings, problem, problem_size) &&
	       read_unwinder(settings, problem, problem_size) &&
	       read_spans(settings, problem, problem_size) &&
	       read_cpu(settings, problem, problem_size) &&
	       read_follow(settings, problem, problem_size) &&
	       read_debug_path(settings, problem, problem_size) &&
	       copy("RECOAT_KERNELS", settings->kernels, sizeof settings->kernels, problem,
		    problem_size) &&
	       copy("RECOAT_PLUGINS", settings->plugins, sizeof settings->plugins, problem,
		    problem_size) &&
	       read_path("RECOAT_KERNEL_PATH", RECOAT_PKGDATADIR "/kernels", settings->kernel_path,
			 problem, problem_size) &&
	       read_path("RECOAT_PLUGIN_PATH", RECOAT_PKGLIBDIR "/plugins", settings->plugin_path,
			 problem, problem_size);
}
