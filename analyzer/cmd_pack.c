/* SPDX-License-Identifier: Apache-2.0 */
/* recoat pack: a recording with the names of its functions, for another machine. */
#include "analyzer/command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/packed.h"
#include "analyzer/progress.h"
#include "analyzer/regular.h"
#include "analyzer/run.h"
#include "analyzer/symbols.h"

static const char help[] =
	"Usage: recoat pack [-o OUTPUT] [DIR]\n"
	"Copy the recording in DIR and add the functions and lines of its call paths, so that all\n"
	"commands show the same where the programs' files are not; without DIR, the newest\n"
	"./recoat-*/.\n\n"
	"  -o, --output OUTPUT   a new directory, or a new archive if it ends in .tar, .tar.gz,\n"
	"                        .tar.xz or .tar.zst (default: DIR's name and .tar.gz)\n"
	"  --help                this text\n\n"
	"Archives are made and read by tar; all commands but dump read them as they are.\n";

static const char *const suffixes[] = {".tar", ".tar.gz", ".tar.xz", ".tar.zst"};

/* The suffix of an archive's name, NULL if it is a directory's. */
static const char *archive_suffix(const char *name)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t length = strlen(suffixes[i]);

		if (strlen(name) > length && !strcmp(name + strlen(name) - length, suffixes[i]))
			return suffixes[i];
	}
	return NULL;
}

static int system_error(struct recoat_error *error, const char *path)
{
	return recoat_error_set(error, -errno, "%s: %s", path, strerror(errno));
}

static int copy_bytes(int from, int to)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		for (ssize_t at = 0, done; at < got; at += done) {
			done = write(to, bytes + at, (size_t)(got - at));
			if (done < 0)
				return -errno;
		}
	return got < 0 ? -errno : 0;
}

static int copy_file(const char *from, const char *to, struct recoat_error *error)
{
	int in = recoat_regular_open(from, error), out, result;

	if (in < 0)
		return in;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	result = out < 0 ? -errno : copy_bytes(in, out);
	close(in);
	if (out >= 0 && close(out) && !result)
		result = -errno;
	if (result)
		return recoat_error_set(error, result, "%s: %s", to, strerror(-result));
	return 0;
}

/* The files of one trace, which has no directories in it. */
static int copy_entries(DIR *directory, const char *from, const char *to,
			struct recoat_error *error)
{
	struct dirent *entry;
	int result = 0;

	while (!result && (entry = readdir(directory))) {
		char *source, *target;

		if (entry->d_name[0] == '.')
			continue;
		source = recoat_asprintf("%s/%s", from, entry->d_name);
		target = recoat_asprintf("%s/%s", to, entry->d_name);
		result = copy_file(source, target, error);
		free(source);
		free(target);
	}
	return result;
}

static int copy_trace(const char *from, const char *into, struct recoat_error *error)
{
	char *to = recoat_asprintf("%s/%s", into, recoat_module_name(from));
	DIR *directory = opendir(from);
	int result;

	if (!directory)
		result = system_error(error, from);
	else if (mkdir(to, 0700))
		result = system_error(error, to);
	else
		result = copy_entries(directory, from, to, error);
	if (directory)
		closedir(directory);
	free(to);
	return result;
}

static int copy_traces(const char *path, const char *into, struct recoat_error *error)
{
	struct recoat_run run;
	int result = recoat_run_open(&run, path, error);

	if (result)
		return result;
	for (size_t i = 0; !result && i < run.count; i++)
		result = copy_trace(run.trace[i], into, error);
	for (size_t i = 0; !result && i < run.unusable_count; i++)
		result = copy_trace(run.unusable[i], into, error);
	recoat_run_close(&run);
	return result;
}

static int write_symbols(struct recoat_model *model, const char *into, struct recoat_error *error)
{
	char *path = recoat_asprintf("%s/" RECOAT_PACKED_NAME, into);
	struct recoat_symbols *symbols = recoat_symbols_create(&model->strings);
	FILE *file = fopen(path, "wxe");
	bool failed = !file;
	int result;

	if (file) {
		recoat_packed_write(model, symbols, file);
		failed = ferror(file);
		failed |= fclose(file) != 0;
	}
	result = failed ? system_error(error, path) : 0;
	recoat_symbols_destroy(symbols);
	free(path);
	return result;
}

/* Everything that stands in the new directory. */
static int fill(struct recoat_model *model, const char *path, const char *into,
		struct recoat_error *error)
{
	int result = copy_traces(path, into, error);

	return result ? result : write_symbols(model, into, error);
}

/* An archive beside its place, of the directory `name` in `staging`. */
static int archive(char *staging, char *name, const char *suffix, const char *output,
		   struct recoat_error *error)
{
	char *temporary = recoat_asprintf("%s/archive%s", staging, suffix);
	char *const arguments[] = {(char *)"tar", (char *)"-caf", temporary, (char *)"-C", staging,
				   name, NULL};
	int result = recoat_packed_tar(arguments, error);

	if (!result && rename(temporary, output))
		result = system_error(error, output);
	free(temporary);
	return result;
}

/* Make all of it in `staging`, then put it in its place in one step. */
static int pack_into(struct recoat_model *model, const char *path, const char *output,
		     char *staging, struct recoat_error *error)
{
	const char *suffix = archive_suffix(output);
	char *name = recoat_strdup(recoat_module_name(output));
	char *into;
	int result;

	if (suffix)
		name[strlen(name) - strlen(suffix)] = '\0';
	into = recoat_asprintf("%s/%s", staging, name);
	result = mkdir(into, 0700) ? system_error(error, into) : fill(model, path, into, error);
	if (!result && suffix)
		result = archive(staging, name, suffix, output, error);
	else if (!result && rename(into, output))
		result = system_error(error, output);
	free(name);
	free(into);
	return result;
}

static int pack(struct recoat_model *model, const char *path, const char *output,
		struct recoat_error *error)
{
	char *staging;
	int result;

	if (!access(output, F_OK))
		return recoat_error_set(error, -EEXIST, "%s: is there already", output);
	staging = recoat_asprintf("%s.XXXXXX", output);
	if (mkdtemp(staging)) {
		result = pack_into(model, path, output, staging, error);
		recoat_packed_clear(staging);
	} else {
		result = system_error(error, output);
	}
	free(staging);
	return result;
}

static int pack_path(const char *path, const char *output)
{
	struct recoat_model *model;
	struct recoat_error error;
	int result = recoat_model_create(&model, path, recoat_progress_show, &error);

	recoat_progress_end();
	if (result)
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	result = pack(model, path, output, &error);
	recoat_model_destroy(model);
	return result ? recoat_fail(RECOAT_EXIT_FAILURE, &error) : 0;
}

/* Without a slash at the end, which would leave it without a name. */
static void trim(char *path)
{
	for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';)
		path[--length] = '\0';
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	static const struct option known[] = {
		{"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	char *path, *output = NULL;
	int found, status;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":o:h", known, NULL)) != -1) {
		if (found == 'h')
			return recoat_print_help(command);
		if (found != 'o')
			return recoat_option_error(command, found, argv);
		output = optarg;
	}
	status = recoat_take_recording(command, argc, argv, &path);
	if (status)
		return status;
	trim(path);
	output = output ? recoat_strdup(output)
			: recoat_asprintf("%s.tar.gz", recoat_module_name(path));
	trim(output);
	status = pack_path(path, output);
	free(path);
	free(output);
	return status;
}

const struct recoat_command recoat_command_pack = {
	.name = "pack",
	.summary = "make a recording that needs no other files",
	.help = help,
	.run = run,
};
