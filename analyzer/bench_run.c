/* SPDX-License-Identifier: Apache-2.0 */
/* Running a benchmark. */
#include "analyzer/bench_run.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <wordexp.h>

#include "analyzer/bench.h"
#include "analyzer/bench_child.h"
#include "analyzer/bench_recipe.h"
#include "analyzer/digest.h"
#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"

#define BAR 20
#define LONGEST 2 /* A run may take so many budgets. */

struct run {
	struct recoat_bench *bench;
	char *recoat, *amqadf;             /* Programs. */
	char *directory, *recording, *log; /* Scratch. */
	double *spent;                     /* Seconds a cell. */
	double done, due, start;           /* Of all the work, in runs times sizes. */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static uint64_t size_of(const struct run *run, const struct recoat_bench_cell *cell)
{
	const struct recoat_bench_config *config = &run->bench->config;

	return config->sizes ? config->size[cell->size] : 0;
}

/* ---- Progress. ---- */

static double work_of(const struct run *run, const struct recoat_bench_cell *cell)
{
	return (double)size_of(run, cell) + 1;
}

static void show_progress(const struct run *run, const struct recoat_bench_cell *cell)
{
	double share = run->due > 0 ? run->done / run->due : 1;
	int full = (int)(share * BAR);

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r[%.*s%*s] %s, %s, %s", full, "####################", BAR - full, "",
		recoat_bench_kernel_name(run->bench, cell->kernel),
		recoat_format_short((double)size_of(run, cell)).text,
		run->bench->variant[cell->variant].name);
	if (run->done > 0)
		fprintf(stderr, ", about %.0f s left",
			ceil((now() - run->start) * (run->due - run->done) / run->done));
	fputs("\033[K", stderr);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* ---- One run. ---- */

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

static char **target_words(const struct run *run, const struct recoat_bench_cell *cell,
			   struct recoat_error *error)
{
	const struct recoat_bench_config *config = &run->bench->config;
	const struct recoat_bench_place place = {.amqadf = run->amqadf,
						 .directory = run->directory,
						 .grid = config->grid,
						 .size = size_of(run, cell)};

	if (config->command)
		return command_words(config->command, place.size, error);
	return recoat_bench_recipe_words(recoat_bench_recipe_find(config->kernel[cell->kernel]),
					 &place);
}

/* `recoat record` of the target; its words are borrowed from `target`. */
static char **record_words(const struct run *run, const struct recoat_bench_cell *cell,
			   char **target)
{
	const char *plugins = run->bench->variant[cell->variant].plugins;
	size_t count = 0, targets = 0;
	char **words;

	while (target[targets])
		targets++;
	words = recoat_calloc(targets + 12, sizeof(*words));
	words[count++] = run->recoat;
	words[count++] = (char *)"record";
	words[count++] = (char *)"-o";
	words[count++] = run->recording;
	words[count++] = (char *)"--cpu";
	words[count++] = (char *)"0";
	words[count++] = (char *)"--heap";
	words[count++] = run->bench->config.heap;
	if (*plugins) {
		words[count++] = (char *)"-p";
		words[count++] = (char *)plugins;
	}
	words[count++] = (char *)"--";
	memcpy(words + count, target, targets * sizeof(*words));
	return words;
}

/* Take what the recording says into the cell, or only look whether the kernel was called. */
static int take_recording(struct run *run, struct recoat_bench_cell *cell, bool keep,
			  struct recoat_error *error)
{
	const char *kernel = recoat_bench_kernel_name(run->bench, cell->kernel);
	const struct recoat_digest_row *row;
	struct recoat_digest digest;
	struct recoat_model *model;
	int result = recoat_model_create(&model, run->recording, NULL, error);

	if (result)
		return result;
	recoat_digest_create(&digest, run->recording, model);
	recoat_model_destroy(model);
	row = run->bench->config.kernels ? recoat_digest_find(&digest, RECOAT_DIGEST_KERNEL, kernel)
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

static int run_once(struct run *run, struct recoat_bench_cell *cell, bool keep,
		    struct recoat_error *error)
{
	double begin = now(), limit = run->bench->config.budget * LONGEST;
	char **target = target_words(run, cell, error), **words;
	int result;

	if (!target)
		return -EINVAL;
	show_progress(run, cell);
	words = record_words(run, cell, target);
	result = recoat_bench_child_run(words, run->log, limit, error);
	if (!result)
		result = take_recording(run, cell, keep, error);
	free(words);
	recoat_bench_words_free(target);
	remove_tree(run->recording);
	run->spent[cell - run->bench->cell] += now() - begin;
	run->done += work_of(run, cell);
	return result;
}

/* ---- All runs. ---- */

/* Give up a cell, for a reason. */
static void give_up(struct recoat_bench_cell *cell, const char *note)
{
	if (!cell->note)
		cell->note = recoat_strdup(note);
}

/*
 * Seconds that a run will take at least, as smaller sizes tell: from the largest of them on by the
 * low end of the exponent's interval. 0 if they tell nothing.
 */
static double foresee(const struct run *run, const struct recoat_bench_cell *cell)
{
	struct recoat_line line = recoat_bench_fit_line(run->bench, cell->kernel, cell->variant);
	const struct recoat_bench_cell *below;
	double growth;

	if (line.count < 3 || !cell->size)
		return 0;
	below = cell - run->bench->variants;
	growth = (double)size_of(run, cell) / (double)size_of(run, below);
	return recoat_median(below->time, below->samples) * 1e-9 * pow(growth, fmax(line.low, 0));
}

static bool is_hopeless(const struct run *run, const struct recoat_bench_cell *cell)
{
	return cell->size && !(cell - run->bench->variants)->samples;
}

/* Is it this cell's turn once more? */
static bool is_due(struct run *run, struct recoat_bench_cell *cell)
{
	const struct recoat_bench_config *config = &run->bench->config;
	double spent = run->spent[cell - run->bench->cell];

	if (cell->note)
		return false;
	if (config->budget <= 0)
		return true;
	if (is_hopeless(run, cell))
		give_up(cell, "a smaller size took too long");
	else if (!spent && foresee(run, cell) > config->budget)
		give_up(cell, "one run would take longer than the time budget");
	else if (cell->samples && spent >= config->budget)
		give_up(cell, "stopped by the time budget");
	return !cell->note;
}

static int take_turn(struct run *run, struct recoat_bench_cell *cell, bool warm_up,
		     struct recoat_error *error)
{
	int result;

	/* Warm-ups that take the whole budget are enough of it. */
	if (!is_due(run, cell) ||
	    (warm_up && run->bench->config.budget > 0 &&
	     run->spent[cell - run->bench->cell] >= run->bench->config.budget)) {
		run->due -= work_of(run, cell);
		return 0;
	}
	result = run_once(run, cell, !warm_up, error);
	if (result == -ETIMEDOUT) {
		give_up(cell, "a run took twice the time budget and was ended");
		return 0;
	}
	return result;
}

static int prepare(struct run *run, size_t kernel, size_t size, struct recoat_error *error)
{
	const struct recoat_bench_config *config = &run->bench->config;
	const struct recoat_bench_place place = {.amqadf = run->amqadf,
						 .directory = run->directory,
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
		result = recoat_bench_child_run(words, run->log, 0, error);
		recoat_bench_words_free(words);
	}
	return result;
}

static int run_size(struct run *run, size_t kernel, size_t size, struct recoat_error *error)
{
	struct recoat_bench *bench = run->bench;
	uint64_t warm_up = bench->config.warm_up, rounds = warm_up + bench->config.iterations;
	int result = prepare(run, kernel, size, error);

	for (uint64_t round = 0; !result && round < rounds; round++)
		for (size_t v = 0; !result && v < bench->variants; v++)
			result = take_turn(run, recoat_bench_cell(bench, kernel, size, v),
					   round < warm_up, error);
	return result;
}

static int run_all(struct run *run, struct recoat_error *error)
{
	struct recoat_bench *bench = run->bench;
	size_t kernels = bench->config.kernels ? bench->config.kernels : 1;
	size_t sizes = bench->config.sizes ? bench->config.sizes : 1;
	int result = 0;

	run->start = now();
	for (size_t i = 0; i < bench->cells; i++)
		run->due += work_of(run, &bench->cell[i]) *
			    (double)(bench->config.iterations + bench->config.warm_up);
	for (size_t k = 0; !result && k < kernels; k++)
		for (size_t s = 0; !result && s < sizes; s++)
			result = run_size(run, k, s, error);
	end_progress();
	return result;
}

/* This program, and the amqadf that was built or installed beside it, else by $PATH. */
static int find_programs(struct run *run, struct recoat_error *error)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return recoat_error_set(error, -errno, "/proc/self/exe: %s", strerror(errno));
	path[length] = 0;
	run->recoat = recoat_strdup(path);
	*strrchr(path, '/') = 0;
	run->amqadf = recoat_asprintf("%s/amqadf", path);
	if (access(run->amqadf, X_OK))
		recoat_bench_set_text(&run->amqadf, "amqadf");
	return 0;
}

static int make_scratch(struct run *run, struct recoat_error *error)
{
	const char *parent = getenv("TMPDIR");

	run->directory =
		recoat_asprintf("%s/recoat-bench-XXXXXX", parent && *parent ? parent : "/tmp");
	if (!mkdtemp(run->directory))
		return recoat_error_set(error, -errno, "%s: %s", run->directory, strerror(errno));
	run->recording = recoat_asprintf("%s/recording", run->directory);
	run->log = recoat_asprintf("%s/errors", run->directory);
	return 0;
}

static void note_place(struct recoat_bench *bench)
{
	time_t seconds = time(NULL);
	struct utsname name;
	char date[32];

	uname(&name);
	bench->host = recoat_asprintf("%s, %s %s, %s, %ld processors", name.nodename, name.sysname,
				      name.release, name.machine, sysconf(_SC_NPROCESSORS_ONLN));
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&seconds));
	bench->date = recoat_strdup(date);
	bench->version = recoat_strdup(RECOAT_VERSION);
}

int recoat_bench_run(struct recoat_bench *bench, struct recoat_error *error)
{
	struct run run = {.bench = bench, .spent = recoat_calloc(bench->cells, sizeof(double))};
	int result = find_programs(&run, error);

	note_place(bench);
	if (!result)
		result = make_scratch(&run, error);
	if (!result) {
		result = run_all(&run, error);
		remove_tree(run.directory);
	}
	if (!result)
		recoat_bench_finish(bench);
	free(run.recoat);
	free(run.amqadf);
	free(run.directory);
	free(run.recording);
	free(run.log);
	free(run.spent);
	return result;
}
