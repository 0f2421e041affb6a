/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides of recordings, compared. */
#include "analyzer/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

/* ---- One figure. ---- */

static enum recoat_verdict judge(const struct recoat_contrast *contrast)
{
	bool some = isfinite(contrast->ratio) && isfinite(contrast->between.low);

	if (contrast->samples[0] < RECOAT_SAMPLES_LEAST ||
	    contrast->samples[1] < RECOAT_SAMPLES_LEAST)
		return RECOAT_TOO_FEW;
	if (contrast->p >= RECOAT_P_LEAST)
		return RECOAT_SAME;
	if (contrast->median[1] < contrast->median[0] && (!some || contrast->between.high < 1))
		return RECOAT_LESS;
	if (contrast->median[1] > contrast->median[0] && (!some || contrast->between.low > 1))
		return RECOAT_MORE;
	return RECOAT_SAME;
}

struct recoat_contrast recoat_contrast_make(const double *before, size_t n, const double *after,
					    size_t m)
{
	struct recoat_contrast contrast = {
		.samples = {n, m},
		.median = {n ? recoat_median(before, n) : NAN, m ? recoat_median(after, m) : NAN},
		.ratio = NAN,
		.between = {NAN, NAN},
		.p = 1,
	};

	if (contrast.median[0] > 0)
		contrast.ratio = contrast.median[1] / contrast.median[0];
	if (n > 1 && m > 1)
		contrast.between = recoat_bootstrap_ratio(before, n, after, m);
	if (n >= RECOAT_SAMPLES_LEAST && m >= RECOAT_SAMPLES_LEAST)
		contrast.p = recoat_mann_whitney(before, n, after, m);
	contrast.verdict = judge(&contrast);
	return contrast;
}

const char *recoat_verdict_word(enum recoat_verdict verdict, enum recoat_metric metric)
{
	bool time = metric == RECOAT_METRIC_TIME || metric == RECOAT_METRIC_CPU;

	switch (verdict) {
	case RECOAT_TOO_FEW:
		return "too few samples";
	case RECOAT_SAME:
		return "no difference";
	case RECOAT_LESS:
		return time ? "faster" : metric == RECOAT_METRIC_ALLOCATIONS ? "fewer" : "smaller";
	case RECOAT_MORE:
		return time ? "slower" : metric == RECOAT_METRIC_ALLOCATIONS ? "more" : "larger";
	}
	return "";
}

static bool passes(const struct recoat_contrast *contrast, double percent)
{
	double limit = 1 + percent / 100;

	/* What was nothing before passes every limit. */
	return contrast->median[0] == 0 ? contrast->median[1] > 0 : contrast->ratio > limit;
}

bool recoat_row_is_slower(const struct recoat_comparison_row *row, double percent)
{
	const struct recoat_contrast *time = &row->metric[RECOAT_METRIC_TIME];

	return row->presence == RECOAT_IN_BOTH && time->verdict == RECOAT_MORE &&
	       passes(time, percent);
}

bool recoat_row_is_larger(const struct recoat_comparison_row *row, double percent)
{
	const struct recoat_contrast *peak = &row->metric[RECOAT_METRIC_PEAK];

	return row->presence == RECOAT_IN_BOTH &&
	       (peak->verdict == RECOAT_MORE || peak->verdict == RECOAT_TOO_FEW) &&
	       passes(peak, percent);
}

/* ---- All figures. ---- */

static bool has_row(const struct recoat_comparison *comparison, enum recoat_digest_kind kind,
		    const char *name)
{
	for (size_t i = 0; i < comparison->rows; i++)
		if (comparison->row[i].kind == kind && !strcmp(comparison->row[i].name, name))
			return true;
	return false;
}

static void add_row(struct recoat_comparison *comparison, const struct recoat_digest_row *from)
{
	if (has_row(comparison, from->kind, from->name))
		return;
	comparison->row = recoat_grow(comparison->row, comparison->rows, &comparison->room,
				      sizeof(*comparison->row));
	comparison->row[comparison->rows++] = (struct recoat_comparison_row){
		.kind = from->kind,
		.name = from->name,
		.operation = from->operation,
		.served = {"", ""},
	};
}

/* Values of one metric in a side's recordings; what is not a number is left out. */
static size_t gather(const struct recoat_digest *side, size_t count,
		     const struct recoat_comparison_row *row, unsigned metric, double *value)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct recoat_digest_row *from =
			recoat_digest_find(&side[i], row->kind, row->name);

		value[found] = from ? from->value[metric] : 0;
		found += !isnan(value[found]);
	}
	return found;
}

/* Calls and who served them; returns whether there were any. */
static bool look_up(struct recoat_comparison_row *row, unsigned at,
		    const struct recoat_digest *side, size_t count)
{
	double *calls = recoat_calloc(count, sizeof(*calls));
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct recoat_digest_row *from =
			recoat_digest_find(&side[i], row->kind, row->name);

		if (!from)
			continue;
		calls[i] = (double)from->calls;
		if (!any)
			row->served[at] = from->served;
		any = true;
	}
	row->calls[at] = recoat_median(calls, count);
	free(calls);
	return any;
}

/* The time of single calls, where each side is one recording that has them. */
static bool contrast_calls(const struct recoat_comparison *comparison,
			   struct recoat_comparison_row *row)
{
	const struct recoat_digest_row *before, *after;

	if (comparison->recordings[0] != 1 || comparison->recordings[1] != 1)
		return false;
	before = recoat_digest_find(comparison->side[0], row->kind, row->name);
	after = recoat_digest_find(comparison->side[1], row->kind, row->name);
	if (!before || !after || !before->sampled || !after->sampled)
		return false;
	row->metric[RECOAT_METRIC_TIME] =
		recoat_contrast_make(before->call, before->sampled, after->call, after->sampled);
	return true;
}

static void fill_row(const struct recoat_comparison *comparison, struct recoat_comparison_row *row)
{
	double *value[2];
	bool present[2];
	size_t count[2];

	for (unsigned s = 0; s < 2; s++) {
		value[s] = recoat_calloc(comparison->recordings[s], sizeof(*value[s]));
		present[s] = look_up(row, s, comparison->side[s], comparison->recordings[s]);
	}
	row->presence = !present[0]   ? RECOAT_APPEARED
			: !present[1] ? RECOAT_VANISHED
				      : RECOAT_IN_BOTH;
	for (unsigned m = 0; m < RECOAT_METRICS; m++) {
		for (unsigned s = 0; s < 2; s++)
			count[s] = gather(comparison->side[s], comparison->recordings[s], row, m,
					  value[s]);
		row->metric[m] = recoat_contrast_make(value[0], count[0], value[1], count[1]);
	}
	row->by_call = contrast_calls(comparison, row);
	free(value[0]);
	free(value[1]);
}

static int by_kind_and_time(const void *left, const void *right)
{
	const struct recoat_comparison_row *a = left, *b = right;
	double x = fmax(a->metric[0].median[0] * (a->by_call ? a->calls[0] : 1),
			a->metric[0].median[1] * (a->by_call ? a->calls[1] : 1));
	double y = fmax(b->metric[0].median[0] * (b->by_call ? b->calls[0] : 1),
			b->metric[0].median[1] * (b->by_call ? b->calls[1] : 1));

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(a->name, b->name);
}

void recoat_comparison_create(struct recoat_comparison *comparison,
			      const struct recoat_digest *before, size_t n,
			      const struct recoat_digest *after, size_t m)
{
	*comparison = (struct recoat_comparison){.side = {before, after}, .recordings = {n, m}};
	for (unsigned s = 0; s < 2; s++)
		for (size_t i = 0; i < comparison->recordings[s]; i++)
			for (size_t r = 0; r < comparison->side[s][i].rows; r++)
				add_row(comparison, &comparison->side[s][i].row[r]);
	for (size_t r = 0; r < comparison->rows; r++)
		fill_row(comparison, &comparison->row[r]);
	qsort(comparison->row, comparison->rows, sizeof(*comparison->row), by_kind_and_time);
}

void recoat_comparison_destroy(struct recoat_comparison *comparison)
{
	free(comparison->row);
}
