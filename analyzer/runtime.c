/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime: where it is, what it is told, and whether it will like it. */
#include "analyzer/runtime.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "kernels/catalogue.h"
#include "recoat/heap_level.h"
#include "recoat/recording.h"

#define LIBRARY "librecoat.so"

/* ---- Where it is. ---- */

/* ../lib/librecoat.so from the directory of this program's file. */
static char *beside_program(void)
{
	char *program = realpath("/proc/self/exe", NULL);
	char *slash = program ? strrchr(program, '/') : NULL;
	char *path = NULL;

	if (slash) {
		*slash = '\0';
		path = recoat_asprintf("%s/../lib/" LIBRARY, program);
	}
	free(program);
	return path;
}

static char *find_library(void)
{
	const char *named = getenv("RECOAT_LIBRARY");
	char *path;

	if (named && *named)
		return recoat_strdup(named);
	path = beside_program();
	if (path && !access(path, R_OK))
		return path;
	free(path);
	return recoat_strdup(RECOAT_LIBDIR "/" LIBRARY);
}

int recoat_runtime_find(char **library, struct recoat_error *error)
{
	char *found = find_library(), *path = realpath(found, NULL);
	int result = 0;

	if (!path || access(path, R_OK))
		result = recoat_error_set(
			error, -errno,
			"%s: the runtime is not there: %s; RECOAT_LIBRARY can name "
			"another place",
			found, strerror(errno));
	else if (strpbrk(path, " \t:"))
		result = recoat_error_set(error, -EINVAL,
					  "%s: found a blank or colon in the runtime's path, which "
					  "LD_PRELOAD cannot take",
					  path);
	free(found);
	if (result)
		free(path);
	else
		*library = path;
	return result;
}

/* ---- Whether it will like it. ---- */

/* The runtime passes over what is not there: a child may see other files. The user may not. */
static int check_directory(const char *path, struct recoat_error *error)
{
	struct stat about;
	const char *problem = NULL;

	if (stat(path, &about))
		problem = strerror(errno);
	else if (!S_ISDIR(about.st_mode))
		problem = strerror(ENOTDIR);
	if (!problem)
		return 0;
	return recoat_error_set(error, -ENOTDIR,
				"RECOAT_KERNEL_PATH: found \"%s\", expected a directory: %s", path,
				problem);
}

/* Directories of catalogues, for the caller to free; NULL if one that the user named is none. */
static char *kernel_path(struct recoat_error *error)
{
	const char *set = getenv("RECOAT_KERNEL_PATH"), *own = set ? set : "";
	char *list = recoat_strdup(own), *rest = NULL;
	int result = 0;

	for (char *path = strtok_r(list, ":", &rest); path && !result;
	     path = strtok_r(NULL, ":", &rest))
		result = check_directory(path, error);
	free(list);
	return result ? NULL
		      : recoat_asprintf("%s%s" RECOAT_PKGDATADIR "/kernels", own, *own ? ":" : "");
}

int recoat_runtime_catalogues(struct recoat_catalogue *catalogue, recoat_catalogue_took *took,
			      void *user, struct recoat_error *error)
{
	struct recoat_catalogue_error problem;
	char *path = kernel_path(error);
	int result;

	if (!path)
		return -ENOTDIR;
	result = recoat_catalogue_load_each(catalogue, path, took, user, &problem);
	free(path);
	if (result && problem.line)
		return recoat_error_set(error, result, "%s:%d: %s", problem.file, problem.line,
					problem.message);
	if (result)
		return recoat_error_set(error, result, "%s: %s", problem.file, problem.message);
	return 0;
}

static bool matches_any(const struct recoat_catalogue *catalogue, const char *glob)
{
	for (uint32_t i = 0; i < catalogue->count; i++)
		if (recoat_glob_match(glob, catalogue->kernel[i].name))
			return true;
	return false;
}

/* The names of all kernels, each once, separated by commas; for the caller to free. */
static char *kernel_names(const struct recoat_catalogue *catalogue)
{
	char *names = recoat_strdup("");

	for (uint32_t i = 0; i < catalogue->count; i++) {
		const char *name = catalogue->kernel[i].name;
		char *longer;
		uint32_t same = 0;

		while (strcmp(catalogue->kernel[same].name, name) != 0)
			same++;
		if (same < i)
			continue;
		longer = recoat_asprintf("%s%s%s", names, *names ? ", " : "", name);
		free(names);
		names = longer;
	}
	return names;
}

static int check_kernels(const struct recoat_catalogue *catalogue, const char *globs,
			 struct recoat_error *error)
{
	char *list = recoat_strdup(globs), *names, *rest = NULL;
	const char *wrong = globs[strspn(globs, ",")] ? NULL : globs; /* None at all. */
	int result = 0;

	for (char *glob = strtok_r(list, ",", &rest); glob && !wrong;
	     glob = strtok_r(NULL, ",", &rest))
		if (!matches_any(catalogue, glob))
			wrong = glob;
	if (wrong) {
		names = kernel_names(catalogue);
		result = recoat_error_set(
			error, -EINVAL,
			"kernels: found \"%s\", expected a glob that matches one of: "
			"%s",
			wrong, *names ? names : "(no catalogue was found)");
		free(names);
	}
	free(list);
	return result;
}

static int check_heap(const char *level, struct recoat_error *error)
{
	struct recoat_heap_setting setting;

	if (recoat_heap_level_parse(level, &setting))
		return 0;
	return recoat_error_set(error, -EINVAL,
				"heap: found \"%s\", expected " RECOAT_HEAP_EXPECTED, level);
}

static int check_follow(struct recoat_error *error)
{
	const char *value = getenv("RECOAT_FOLLOW");

	if (!value || !*value || !strcmp(value, "0") || !strcmp(value, "1"))
		return 0;
	return recoat_error_set(error, -EINVAL, "RECOAT_FOLLOW: found \"%s\", expected 0 or 1",
				value);
}

static int check_cpu(const char *rate, struct recoat_error *error)
{
	char *end;
	unsigned long value = strtoul(rate, &end, 10);

	if (*rate >= '0' && *rate <= '9' && !*end && value <= RECOAT_CPU_RATE_MAX)
		return 0;
	return recoat_error_set(error, -EINVAL,
				"cpu: found \"%s\", expected samples a second from 0 (none) to %d",
				rate, RECOAT_CPU_RATE_MAX);
}

static int check_spans(const char *mode, struct recoat_error *error)
{
	if (!strcmp(mode, "auto") || !strcmp(mode, "all") || !strcmp(mode, "aggregate") ||
	    !strcmp(mode, "off"))
		return 0;
	return recoat_error_set(error, -EINVAL,
				"spans: found \"%s\", expected auto, all, aggregate or off", mode);
}

/* What an option says, else what the environment does; empty is the default. */
static int check_level(const char *given, const char *name,
		       int (*check)(const char *, struct recoat_error *),
		       struct recoat_error *error)
{
	const char *set = getenv(name);

	if (given)
		return check(given, error);
	return set && *set ? check(set, error) : 0;
}

int recoat_runtime_check(const char *kernels, const char *heap, const char *cpu, const char *spans,
			 struct recoat_error *error)
{
	struct recoat_catalogue *catalogue = recoat_calloc(1, sizeof(*catalogue));
	int result = recoat_runtime_catalogues(catalogue, NULL, NULL, error);
	const char *set = getenv("RECOAT_KERNELS");

	if (!result && kernels)
		result = check_kernels(catalogue, kernels, error);
	else if (!result && set && *set)
		result = check_kernels(catalogue, set, error);
	free(catalogue);
	if (!result)
		result = check_level(heap, "RECOAT_HEAP", check_heap, error);
	if (!result)
		result = check_level(cpu, "RECOAT_CPU", check_cpu, error);
	if (!result)
		result = check_level(spans, "RECOAT_SPANS", check_spans, error);
	return result ? result : check_follow(error);
}

/* ---- What it is told. ---- */

/* An environment that is being made; the strings are this process's or its own. */
struct environment {
	char **entry;
	size_t count, room;
};

static void add(struct environment *environment, char *entry)
{
	environment->entry = recoat_grow(environment->entry, environment->count, &environment->room,
					 sizeof(*environment->entry));
	environment->entry[environment->count++] = entry;
}

/* Replace the entry of this name where it stands, or add it; `value` NULL leaves it. */
static void set_value(struct environment *environment, const char *name, const char *value)
{
	size_t length = strlen(name);

	if (!value)
		return;
	for (size_t i = 0; i < environment->count; i++)
		if (!strncmp(environment->entry[i], name, length) &&
		    environment->entry[i][length] == '=') {
			environment->entry[i] = recoat_asprintf("%s=%s", name, value);
			return;
		}
	add(environment, recoat_asprintf("%s=%s", name, value));
}

/* RECOAT_OUTPUT replaces %p and %e, so a percent sign in a name is doubled. */
static char *escape(const char *path)
{
	char *escaped = recoat_calloc(2 * strlen(path) + 1, 1), *to = escaped;

	for (; *path; path++) {
		if (*path == '%')
			*to++ = '%';
		*to++ = *path;
	}
	return escaped;
}

/* A list of directories by their full names: children may change the directory first. */
static char *absolute(const char *name)
{
	const char *value = getenv(name);
	char *list = recoat_strdup(value ? value : ""), *all = recoat_strdup(""), *rest = NULL;

	for (char *path = strtok_r(list, ":", &rest); path; path = strtok_r(NULL, ":", &rest)) {
		char *full = realpath(path, NULL);
		char *longer = recoat_asprintf("%s%s%s", all, *all ? ":" : "",
					       full && !strchr(full, ':') ? full : path);

		free(full);
		free(all);
		all = longer;
	}
	free(list);
	return all;
}

char **recoat_runtime_environment(const struct recoat_runtime_settings *settings)
{
	static const char *const paths[] = {"RECOAT_KERNEL_PATH", "RECOAT_PLUGIN_PATH"};
	const char *preload = getenv("LD_PRELOAD");
	struct environment environment = {0};
	char *output = escape(settings->output);
	char *libraries = preload && *preload ? recoat_asprintf("%s:%s", settings->library, preload)
					      : recoat_strdup(settings->library);

	for (char **entry = environ; *entry; entry++)
		add(&environment, *entry);
	set_value(&environment, "LD_PRELOAD", libraries);
	set_value(&environment, "RECOAT_OUTPUT", output);
	set_value(&environment, "RECOAT_KERNELS", settings->kernels);
	set_value(&environment, "RECOAT_HEAP", settings->heap);
	set_value(&environment, "RECOAT_CPU", settings->cpu);
	set_value(&environment, "RECOAT_SPANS", settings->spans);
	set_value(&environment, "RECOAT_PLUGINS", settings->plugins);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char *path = absolute(paths[i]);

		set_value(&environment, paths[i], *path ? path : NULL);
		free(path);
	}
	add(&environment, NULL);
	free(libraries);
	free(output);
	return environment.entry;
}
