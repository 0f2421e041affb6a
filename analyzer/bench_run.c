/* SPDX-License-Identifier: Apache-2.0 */
/* Running a benchmark. */
#include "analyzer/bench_run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/bench.h"
#include "analyzer/bench_child.h"
#include "analyzer/bench_job.h"
#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"

#define BAR 20

struct run {
	struct recoat_bench *bench;
	struct recoat_bench_job job;
	double *spent;    /* Seconds a cell. */
	double done, due; /* Of all the work, in runs times sizes. */
	double start;
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

/* ---- Turns. ---- */

static int run_once(struct run *run, struct recoat_bench_cell *cell, bool keep,
		    struct recoat_error *error)
{
	double begin = now();
	int result;

	show_progress(run, cell);
	result = recoat_bench_job_run(&run->job, cell, keep, error);
	run->spent[cell - run->bench->cell] += now() - begin;
	run->done += work_of(run, cell);
	return result;
}

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

static int run_size(struct run *run, size_t kernel, size_t size, struct recoat_error *error)
{
	struct recoat_bench *bench = run->bench;
	uint64_t warm_up = bench->config.warm_up, rounds = warm_up + bench->config.iterations;
	int result = recoat_bench_job_prepare(&run->job, kernel, size, error);

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
	struct run run = {.bench = bench};
	sigset_t set = recoat_bench_signals(), mask;
	int result = recoat_bench_job_create(&run.job, bench, error);

	if (result)
		return result;
	run.spent = recoat_calloc(bench->cells, sizeof(*run.spent));
	note_place(bench);
	sigprocmask(SIG_BLOCK, &set, &mask);
	result = run_all(&run, error);
	recoat_bench_job_destroy(&run.job);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (!result)
		recoat_bench_finish(bench);
	free(run.spent);
	return result;
}
