/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides of recordings, compared; what renderers show. */
#ifndef RECOAT_COMPARISON_H
#define RECOAT_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/digest.h"
#include "analyzer/statistics.h"

enum recoat_verdict {
	RECOAT_TOO_FEW, /* Fewer than RECOAT_SAMPLES_LEAST samples on a side. */
	RECOAT_SAME,    /* No difference shown. */
	RECOAT_LESS,    /* p < RECOAT_P_LEAST, and the interval of the ratio, where there */
	RECOAT_MORE,    /* is one, is on this side of 1. */
};
#define RECOAT_P_LEAST 0.05

/* One figure before and after: medians of the samples, and what can be said of them. */
struct recoat_contrast {
	size_t samples[2];
	double median[2];               /* Not a number without samples. */
	double ratio;                   /* After by before; not a number if before is 0. */
	struct recoat_interval between; /* 95% of the ratio, see recoat_bootstrap_ratio(). */
	double p;                       /* See recoat_mann_whitney(); 1 if there are too few. */
	enum recoat_verdict verdict;
};

struct recoat_contrast recoat_contrast_make(const double *before, size_t n, const double *after,
					    size_t m);

enum recoat_presence {
	RECOAT_IN_BOTH,
	RECOAT_APPEARED,
	RECOAT_VANISHED,
};

/*
 * Samples are recordings, since calls in one run are not independent. Only where each side is
 * one recording, the samples of a kernel's time are its calls: then `by_call` is true, and the
 * figure is the time of one call.
 */
struct recoat_comparison_row {
	enum recoat_digest_kind kind;
	const char *name, *operation;
	const char *served[2]; /* By whom, in the first recording that has it; or "". */
	double calls[2];       /* Median of the recordings. */
	bool by_call;
	enum recoat_presence presence;
	struct recoat_contrast metric[RECOAT_METRICS];
};

/* Strings and digests are borrowed from whoever made it. */
struct recoat_comparison {
	const struct recoat_digest *side[2];
	size_t recordings[2];
	struct recoat_comparison_row *row; /* Program, operations, kernels by time. */
	size_t rows, room;
};

/*
 * Compare `n` recordings with `m`, neither 0. A recording in which a kernel was not called is a
 * sample of 0. Digests are borrowed until the comparison is destroyed.
 */
void recoat_comparison_create(struct recoat_comparison *comparison,
			      const struct recoat_digest *before, size_t n,
			      const struct recoat_digest *after, size_t m);
void recoat_comparison_destroy(struct recoat_comparison *comparison);

/*
 * Does the row pass a limit, in percent? In time only what is judged slower does; in peak memory
 * also what has too few samples, since most programs allocate alike at every run.
 */
bool recoat_row_is_slower(const struct recoat_comparison_row *row, double percent);
bool recoat_row_is_larger(const struct recoat_comparison_row *row, double percent);

/* "faster" and so on, for time; "smaller" for memory. */
const char *recoat_verdict_word(enum recoat_verdict verdict, enum recoat_metric metric);

#endif
