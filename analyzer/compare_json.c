/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons as JSON. */
#include "analyzer/compare.h"

#include <math.h>

#include "analyzer/comparison.h"
#include "analyzer/report_json.h"

static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *contrast_json(const struct recoat_contrast *contrast, enum recoat_metric metric)
{
	json_t *object = json_object();
	bool judged = contrast->verdict != RECOAT_TOO_FEW;

	set(object, "before", real(contrast->median[0]));
	set(object, "after", real(contrast->median[1]));
	set(object, "before_samples", number(contrast->samples[0]));
	set(object, "after_samples", number(contrast->samples[1]));
	set(object, "ratio", real(contrast->ratio));
	set(object, "ratio_low", real(contrast->between.low));
	set(object, "ratio_high", real(contrast->between.high));
	set(object, "p", judged ? real(contrast->p) : json_null());
	set(object, "verdict", text(recoat_verdict_word(contrast->verdict, metric)));
	return object;
}

static json_t *row_json(const struct recoat_comparison_row *row)
{
	static const char *const kinds[] = {"program", "operation", "kernel"};
	static const char *const presences[] = {"both", "appeared", "vanished"};
	json_t *object = json_object();

	set(object, "kind", text(kinds[row->kind]));
	set(object, "name", text(row->name));
	set(object, "operation", text_or_null(row->operation));
	set(object, "presence", text(presences[row->presence]));
	set(object, "unit", text(row->by_call ? "call" : "run"));
	set(object, "before_served_by", text_or_null(row->served[0]));
	set(object, "after_served_by", text_or_null(row->served[1]));
	set(object, "before_calls", real(row->calls[0]));
	set(object, "after_calls", real(row->calls[1]));
	for (unsigned m = 0; m < RECOAT_METRICS; m++)
		set(object, recoat_metric_names[m], contrast_json(&row->metric[m], m));
	return object;
}

static json_t *paths_json(const struct recoat_comparison *comparison, unsigned side)
{
	json_t *array = json_array();

	for (size_t i = 0; i < comparison->recordings[side]; i++)
		json_array_append_new(array, text(comparison->side[side][i].path));
	return array;
}

json_t *recoat_comparison_json(const struct recoat_comparison *comparison)
{
	json_t *object = json_object(), *rows = json_array();

	for (size_t i = 0; i < comparison->rows; i++)
		json_array_append_new(rows, row_json(&comparison->row[i]));
	set(object, "before", paths_json(comparison, 0));
	set(object, "after", paths_json(comparison, 1));
	set(object, "resamples", number(RECOAT_BOOTSTRAP_RESAMPLES));
	set(object, "statistic", text("median"));
	set(object, "rows", rows);
	return object;
}

void recoat_compare_json(const struct recoat_comparison *comparison, FILE *file)
{
	json_t *object = recoat_comparison_json(comparison);

	set(object, "schema", text("recoat-compare-1"));
	put(file, object);
	putc('\n', file);
}

void recoat_compare_methods_json(const struct recoat_methods *methods, FILE *file)
{
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < methods->count; i++) {
		json_t *one = recoat_comparison_json(&methods->with[i]);

		set(one, "name", text(methods->name[i]));
		json_array_append_new(array, one);
	}
	set(object, "schema", text("recoat-compare-methods-1"));
	set(object, "methods", array);
	put(file, object);
	putc('\n', file);
}
