/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a benchmark: its inputs, its recording, and what that says. */
#include "analyzer/bench_job.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

#include "analyzer/bench.h"
#include "analyzer/bench_child.h"
#include "analyzer/bench_recipe.h"
#include "analyzer/digest.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"

static uint64_t size_of(const struct recoat_bench_job *job, const struct recoat_bench_cell *cell)
{
	const struct recoat_bench_config *config = &job->bench->config;

	return config->sizes ? config->size[cell->size] : 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The user's command with its size, as a shell splits it. NULL with `error` filled. */
static char **command_words(const char *command, uint64_t size, struct recoat_error *error)
{
	const char *at = strstr(command, "{size}");
	char *text = at ? recoat_asprintf("%.*s%" PRIu64 "%s", (int)(at - command), command, size,
					  at + strlen("{size}"))
			: recoat_strdup(command);
	wordexp_t words;
	int problem = wordexp(text, &words, WRDE_NOCMD | WRDE_UNDEF);
	char **copy = NULL;

	if (problem || !words.we_wordc) {
		recoat_error_set(error, -EINVAL,
				 "--command: found \"%s\", expected words and quotes only, at "
				 "least one",
				 command);
	} else {
		copy = recoat_calloc(words.we_wordc + 1, sizeof(*copy));
		for (size_t i = 0; i < words.we_wordc; i++)
			copy[i] = recoat_strdup(words.we_wordv[i]);
	}
	if (!problem)
		wordfree(&words);
	free(text);
	return copy;
}

static char **target_words(const struct recoat_bench_job *job, const struct recoat_bench_cell *cell,
			   struct recoat_error *error)
{
	const struct recoat_bench_config *config = &job->bench->config;
	const struct recoat_bench_place place = {.amqadf = job->amqadf,
						 .directory = job->directory,
						 .grid = config->grid,
						 .size = size_of(job, cell)};

	if (config->command)
		return command_words(config->command, place.size, error);
	return recoat_bench_recipe_words(recoat_bench_recipe_find(config->kernel[cell->kernel]),
					 &place);
}

/* `recoat record` of the target; its words are borrowed from `target`. */
static char **record_words(const struct recoat_bench_job *job, const struct recoat_bench_cell *cell,
			   char **target)
{
	const char *plugins = job->bench->variant[cell->variant].plugins;
	size_t count = 0, targets = 0;
	char **words;

	while (target[targets])
		targets++;
	words = recoat_calloc(targets + 12, sizeof(*words));
	words[count++] = job->recoat;
	words[count++] = (char *)"record";
	words[count++] = (char *)"-o";
	words[count++] = job->recording;
	words[count++] = (char *)"--cpu";
	words[count++] = (char *)"0";
	words[count++] = (char *)"--heap";
	words[count++] = job->bench->config.heap;
	if (*plugins) {
		words[count++] = (char *)"-p";
		words[count++] = (char *)plugins;
	}
	words[count++] = (char *)"--";
	memcpy(words + count, target, targets * sizeof(*words));
	return words;
}

/* Take what the recording says into the cell, or only look whether the kernel was called. */
static int take_recording(struct recoat_bench_job *job, struct recoat_bench_cell *cell, bool keep,
			  struct recoat_error *error)
{
	const char *kernel = recoat_bench_kernel_name(job->bench, cell->kernel);
	const struct recoat_digest_row *row;
	struct recoat_digest digest;
	struct recoat_model *model;
	int result = recoat_model_create(&model, job->recording, NULL, error);

	if (result)
		return result;
	recoat_digest_create(&digest, job->recording, model);
	recoat_model_destroy(model);
	row = job->bench->config.kernels ? recoat_digest_find(&digest, RECOAT_DIGEST_KERNEL, kernel)
					 : &digest.row[0];
	if (!row)
		result = recoat_error_set(error, -EINVAL,
					  "kernel %s: found no call of it, expected one at least",
					  kernel);
	if (!result && keep) {
		recoat_bench_add_sample(cell, row->value[RECOAT_METRIC_TIME],
					row->value[RECOAT_METRIC_PEAK]);
		recoat_bench_set_text(&cell->served, row->served);
		cell->problem = row->size;
	}
	recoat_digest_destroy(&digest);
	return result;
}

int recoat_bench_job_run(struct recoat_bench_job *job, struct recoat_bench_cell *cell, bool keep,
			 struct recoat_error *error)
{
	double limit = job->bench->config.budget * RECOAT_BENCH_LONGEST;
	char **target = target_words(job, cell, error), **words;
	int result;

	if (!target)
		return -EINVAL;
	words = record_words(job, cell, target);
	result = recoat_bench_child_run(words, job->log, limit, error);
	if (!result)
		result = take_recording(job, cell, keep, error);
	free(words);
	recoat_bench_words_free(target);
	remove_tree(job->recording);
	return result;
}

int recoat_bench_job_prepare(struct recoat_bench_job *job, size_t kernel, size_t size,
			     struct recoat_error *error)
{
	const struct recoat_bench_config *config = &job->bench->config;
	const struct recoat_bench_place place = {.amqadf = job->amqadf,
						 .directory = job->directory,
						 .grid = config->grid,
						 .size = config->sizes ? config->size[size] : 0};
	int result = 0;
	char **words;

	if (config->command)
		return 0;
	for (unsigned step = 0; !result; step++) {
		words = recoat_bench_recipe_prepare(
			recoat_bench_recipe_find(config->kernel[kernel]), &place, step);
		if (!words)
			break;
		result = recoat_bench_child_run(words, job->log, 0, error);
		recoat_bench_words_free(words);
	}
	return result;
}

/* This program, and the amqadf that was built or installed beside it, else by $PATH. */
static int find_programs(struct recoat_bench_job *job, struct recoat_error *error)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return recoat_error_set(error, -errno, "/proc/self/exe: %s", strerror(errno));
	path[length] = 0;
	job->recoat = recoat_strdup(path);
	*strrchr(path, '/') = 0;
	job->amqadf = recoat_asprintf("%s/amqadf", path);
	if (access(job->amqadf, X_OK))
		recoat_bench_set_text(&job->amqadf, "amqadf");
	return 0;
}

static int make_scratch(struct recoat_bench_job *job, struct recoat_error *error)
{
	const char *parent = getenv("TMPDIR");

	job->directory =
		recoat_asprintf("%s/recoat-bench-XXXXXX", parent && *parent ? parent : "/tmp");
	if (!mkdtemp(job->directory))
		return recoat_error_set(error, -errno, "%s: %s", job->directory, strerror(errno));
	job->recording = recoat_asprintf("%s/recording", job->directory);
	job->log = recoat_asprintf("%s/errors", job->directory);
	return 0;
}

int recoat_bench_job_create(struct recoat_bench_job *job, struct recoat_bench *bench,
			    struct recoat_error *error)
{
	int result;

	*job = (struct recoat_bench_job){.bench = bench};
	result = find_programs(job, error);
	if (!result)
		result = make_scratch(job, error);
	if (result)
		recoat_bench_job_destroy(job);
	return result;
}

void recoat_bench_job_destroy(struct recoat_bench_job *job)
{
	if (job->recording)
		remove_tree(job->directory);
	free(job->recoat);
	free(job->amqadf);
	free(job->directory);
	free(job->recording);
	free(job->log);
}
