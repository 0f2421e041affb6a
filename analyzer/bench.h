/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks: kernels by sizes by chains of plugins; what renderers show. */
#ifndef RECOAT_BENCH_H
#define RECOAT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/bench_config.h"
#include "analyzer/comparison.h"
#include "analyzer/statistics.h"

/* A chain as it is run: one of the configuration's, with a number of threads or without. */
struct recoat_bench_variant {
	char *name;    /* "none", "cached+parallel", "parallel:threads=2". */
	char *plugins; /* For `recoat record -p`; "" for none. */
	size_t chain;
	uint64_t threads; /* 0: not set. */
};

enum recoat_bench_state {
	RECOAT_BENCH_MISSING,   /* Not run, or not to the end; `note` says why. */
	RECOAT_BENCH_MEASURED,  /* There is at least one sample. */
	RECOAT_BENCH_ESTIMATED, /* Worked out from smaller sizes. */
};

/* One kernel at one size by one variant. A sample is a run; time in nanoseconds, memory in bytes.
 */
struct recoat_bench_cell {
	size_t kernel, size, variant; /* Indexes. */
	enum recoat_bench_state state;
	double *time; /* Of all calls of the kernel in a run, or of the program. */
	double *peak; /* Of the heap in a call, or of the program; not a number if unknown. */
	size_t samples, time_room, peak_room;
	double problem;  /* Problem size that was recorded, 0 if none. */
	double estimate; /* Time. */
	char *served;    /* By which implementations in the last run; NULL if not known. */
	char *note;      /* Or NULL. */
};

/* time = c * size^exponent, through the medians of the measured sizes. */
struct recoat_bench_fit {
	size_t kernel, variant;
	struct recoat_line line; /* Of the natural logarithms; count 0 if there is none. */
};

enum recoat_bench_advantage {
	RECOAT_BENCH_UNDECIDED, /* Too few samples, no difference, or back and forth. */
	RECOAT_BENCH_ALWAYS,    /* Faster at every size that could be judged. */
	RECOAT_BENCH_NEVER,
	RECOAT_BENCH_FROM, /* Slower below `size`, faster above. */
	RECOAT_BENCH_TO,
};

/* A variant against the first one. */
struct recoat_bench_crossing {
	size_t kernel, variant;
	enum recoat_bench_advantage advantage;
	double size; /* Where the curves of the medians, straight in logarithms, meet. */
};

struct recoat_bench {
	struct recoat_bench_config config;
	char *host, *date, *version; /* Where, when (UTC) and by which recoat it ran. */
	struct recoat_bench_variant *variant;
	size_t variants, variant_room;
	struct recoat_bench_cell *cell; /* [kernel][size][variant] */
	size_t cells;
	struct recoat_bench_fit *fit;           /* [kernel][variant] */
	struct recoat_bench_crossing *crossing; /* [kernel][variant - 1] */
};

/* Take over a configuration, and make cells for it, all missing. */
void recoat_bench_create(struct recoat_bench *bench, struct recoat_bench_config *config);
void recoat_bench_destroy(struct recoat_bench *bench);

struct recoat_bench_cell *recoat_bench_cell(const struct recoat_bench *bench, size_t kernel,
					    size_t size, size_t variant);

/* Name of a kernel row; "program" where a command is benched as a whole. */
const char *recoat_bench_kernel_name(const struct recoat_bench *bench, size_t kernel);

void recoat_bench_add_sample(struct recoat_bench_cell *cell, double time, double peak);

/* Highest peak of the heap of all runs; not a number if unknown. */
double recoat_bench_peak(const struct recoat_bench_cell *cell);

/* Problem size a second; by the size asked for where none was recorded. 0: not known. */
double recoat_bench_rate(const struct recoat_bench *bench, const struct recoat_bench_cell *cell,
			 double time);

/* The time of a cell against the first variant's at its size; false unless both were measured. */
bool recoat_bench_against_first(const struct recoat_bench *bench,
				const struct recoat_bench_cell *cell,
				struct recoat_contrast *contrast);

/*
 * How much faster by medians than the same chain at that size with the fewest threads; and that by
 * how many times more threads it has. Not a number without threads, or unless both were measured.
 */
double recoat_bench_speedup(const struct recoat_bench *bench, const struct recoat_bench_cell *cell);
double recoat_bench_efficiency(const struct recoat_bench *bench,
			       const struct recoat_bench_cell *cell);

/* The fit through the sizes measured so far. */
struct recoat_line recoat_bench_fit_line(const struct recoat_bench *bench, size_t kernel,
					 size_t variant);

/* After all samples are in: estimates, fits and crossings. May be called again. */
void recoat_bench_finish(struct recoat_bench *bench);

#endif
