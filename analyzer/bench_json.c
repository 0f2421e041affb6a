/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks as JSON, and back. */
#include "analyzer/bench_report.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analyzer/bench.h"
#include "analyzer/error.h"
#include "analyzer/report_json.h"

#define SCHEMA "recoat-bench-1"

static const char *const states[] = {"missing", "measured", "estimated"};
static const char *const advantages[] = {"undecided", "faster", "slower", "from", "to"};

static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *reals(const double *value, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, real(value[i]));
	return array;
}

static void set_place(json_t *object, const struct recoat_bench *bench, size_t kernel,
		      size_t variant)
{
	set(object, "kernel", text(recoat_bench_kernel_name(bench, kernel)));
	set(object, "chain", text(bench->variant[variant].name));
}

/* A cell's time against the first variant's at its size, or null. */
static json_t *against_first(const struct recoat_bench *bench, const struct recoat_bench_cell *cell)
{
	struct recoat_contrast contrast;
	json_t *object;

	if (!recoat_bench_against_first(bench, cell, &contrast))
		return json_null();
	object = json_object();
	set(object, "ratio", real(contrast.ratio));
	set(object, "ratio_low", real(contrast.between.low));
	set(object, "ratio_high", real(contrast.between.high));
	set(object, "p", contrast.verdict == RECOAT_TOO_FEW ? json_null() : real(contrast.p));
	set(object, "verdict", text(recoat_verdict_word(contrast.verdict, RECOAT_METRIC_TIME)));
	return object;
}

static json_t *cell_json(const struct recoat_bench *bench, const struct recoat_bench_cell *cell)
{
	struct recoat_summary time = recoat_summarise(cell->time, cell->samples);
	const struct recoat_bench_variant *variant = &bench->variant[cell->variant];
	bool measured = cell->state == RECOAT_BENCH_MEASURED;
	double rate = measured ? recoat_bench_rate(bench, cell, time.median) : 0;
	json_t *object = json_object();

	set_place(object, bench, cell->kernel, cell->variant);
	set(object, "plugins", text(bench->config.chain[variant->chain]));
	set(object, "threads", variant->threads ? number(variant->threads) : json_null());
	set(object, "size",
	    bench->config.sizes ? number(bench->config.size[cell->size]) : json_null());
	set(object, "problem_size", cell->problem > 0 ? real(cell->problem) : json_null());
	set(object, "state", text(states[cell->state]));
	set(object, "runs", number(cell->samples));
	set(object, "time_ns", reals(cell->time, cell->samples));
	set(object, "peak_bytes", reals(cell->peak, cell->samples));
	set(object, "mean_ns", measured ? real(time.mean) : json_null());
	set(object, "std_ns", measured ? real(time.deviation) : json_null());
	set(object, "min_ns", measured ? real(time.min) : json_null());
	set(object, "median_ns", measured ? real(time.median) : json_null());
	set(object, "max_ns", measured ? real(time.max) : json_null());
	set(object, "estimate_ns",
	    cell->state == RECOAT_BENCH_ESTIMATED ? real(cell->estimate) : json_null());
	set(object, "n_per_s", rate > 0 ? real(rate) : json_null());
	set(object, "highest_peak_bytes", real(recoat_bench_peak(cell)));
	set(object, "against_first", against_first(bench, cell));
	set(object, "speedup", real(recoat_bench_speedup(bench, cell)));
	set(object, "efficiency", real(recoat_bench_efficiency(bench, cell)));
	set(object, "served_by", text_or_null(cell->served));
	set(object, "note", text_or_null(cell->note));
	return object;
}

static json_t *cells_json(const struct recoat_bench *bench)
{
	json_t *array = json_array();

	for (size_t i = 0; i < bench->cells; i++)
		json_array_append_new(array, cell_json(bench, &bench->cell[i]));
	return array;
}

static size_t kernels(const struct recoat_bench *bench)
{
	return bench->config.kernels ? bench->config.kernels : 1;
}

static json_t *scaling_json(const struct recoat_bench *bench)
{
	json_t *array = json_array();

	for (size_t i = 0; i < kernels(bench) * bench->variants; i++) {
		const struct recoat_bench_fit *fit = &bench->fit[i];
		json_t *object;

		if (!fit->line.count)
			continue;
		object = json_object();
		set_place(object, bench, fit->kernel, fit->variant);
		set(object, "sizes", number(fit->line.count));
		set(object, "exponent", real(fit->line.slope));
		set(object, "exponent_low", real(fit->line.low));
		set(object, "exponent_high", real(fit->line.high));
		set(object, "coefficient_ns", real(exp(fit->line.intercept)));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *crossings_json(const struct recoat_bench *bench)
{
	json_t *array = json_array();

	for (size_t i = 0; bench->config.sizes && i < kernels(bench) * (bench->variants - 1); i++) {
		const struct recoat_bench_crossing *crossing = &bench->crossing[i];
		json_t *object = json_object();

		set_place(object, bench, crossing->kernel, crossing->variant);
		set(object, "against", text(bench->variant[0].name));
		set(object, "advantage", text(advantages[crossing->advantage]));
		set(object, "size", crossing->size > 0 ? real(crossing->size) : json_null());
		json_array_append_new(array, object);
	}
	return array;
}

json_t *recoat_bench_json_object(const struct recoat_bench *bench)
{
	json_t *object = json_object();

	set(object, "schema", text(SCHEMA));
	set(object, "host", text(bench->host));
	set(object, "date", text(bench->date));
	set(object, "recoat_version", text(bench->version));
	set(object, "config", recoat_bench_config_json(&bench->config));
	set(object, "cells", cells_json(bench));
	set(object, "scaling", scaling_json(bench));
	set(object, "crossings", crossings_json(bench));
	return object;
}

void recoat_bench_json(const struct recoat_bench *bench, FILE *file)
{
	json_t *object = recoat_bench_json_object(bench);

	json_dumpf(object, file, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
	putc('\n', file);
	json_decref(object);
}

/* ---- And back. ---- */

static char *text_of(const json_t *object, const char *key)
{
	const char *found = json_string_value(json_object_get(object, key));

	return found ? recoat_strdup(found) : NULL;
}

static int take_samples(struct recoat_bench_cell *cell, const json_t *from,
			struct recoat_error *error)
{
	const json_t *time = json_object_get(from, "time_ns");
	const json_t *peak = json_object_get(from, "peak_bytes");

	if (!json_is_array(time) || !json_is_array(peak) ||
	    json_array_size(time) != json_array_size(peak))
		return recoat_error_set(error, -EINVAL,
					"found no time_ns and peak_bytes of the "
					"same length, expected both as arrays");
	for (size_t i = 0; i < json_array_size(time); i++) {
		const json_t *one = json_array_get(peak, i);
		double value = json_number_value(json_array_get(time, i));

		if (!json_is_number(json_array_get(time, i)) || value < 0)
			return recoat_error_set(error, -EINVAL,
						"time_ns: found something else at %zu, expected "
						"numbers from 0",
						i);
		recoat_bench_add_sample(cell, value,
					json_is_number(one) ? json_number_value(one) : NAN);
	}
	return 0;
}

/* Is this the object of the cell? */
static bool is_of(const struct recoat_bench *bench, const struct recoat_bench_cell *cell,
		  const json_t *from)
{
	const char *kernel = json_string_value(json_object_get(from, "kernel"));
	const char *chain = json_string_value(json_object_get(from, "chain"));
	json_int_t size = json_integer_value(json_object_get(from, "size"));

	return kernel && chain && !strcmp(kernel, recoat_bench_kernel_name(bench, cell->kernel)) &&
	       !strcmp(chain, bench->variant[cell->variant].name) &&
	       (!bench->config.sizes || (uint64_t)size == bench->config.size[cell->size]);
}

static int take_cells(struct recoat_bench *bench, const json_t *array, struct recoat_error *error)
{
	if (json_array_size(array) != bench->cells)
		return recoat_error_set(error, -EINVAL,
					"cells: found %zu, expected the %zu of the configuration",
					json_array_size(array), bench->cells);
	for (size_t i = 0; i < bench->cells; i++) {
		struct recoat_bench_cell *cell = &bench->cell[i];
		const json_t *from = json_array_get(array, i);
		int result;

		if (!is_of(bench, cell, from))
			return recoat_error_set(
				error, -EINVAL,
				"cells: found another one at %zu, expected that of %s by %s", i,
				recoat_bench_kernel_name(bench, cell->kernel),
				bench->variant[cell->variant].name);
		result = take_samples(cell, from, error);
		if (result)
			return recoat_error_context(error, result, "cells: %zu", i);
		cell->problem = json_number_value(json_object_get(from, "problem_size"));
		cell->served = text_of(from, "served_by");
		cell->note = text_of(from, "note");
	}
	return 0;
}

static void take_place(struct recoat_bench *bench, const json_t *from)
{
	bench->host = text_of(from, "host");
	bench->date = text_of(from, "date");
	bench->version = text_of(from, "recoat_version");
	if (!bench->host)
		bench->host = recoat_strdup("unknown host");
	if (!bench->date)
		bench->date = recoat_strdup("unknown date");
	if (!bench->version)
		bench->version = recoat_strdup("of unknown version");
}

static int take(struct recoat_bench *bench, const json_t *from, struct recoat_error *error)
{
	const char *schema = json_string_value(json_object_get(from, "schema"));
	struct recoat_bench_config config;
	int result;

	if (!schema || strcmp(schema, SCHEMA) != 0)
		return recoat_error_set(error, -EINVAL, "schema: found %s, expected " SCHEMA,
					schema ? schema : "none");
	recoat_bench_config_init(&config);
	result = recoat_bench_config_take_json(&config, json_object_get(from, "config"), error);
	if (result) {
		recoat_bench_config_fini(&config);
		return recoat_error_context(error, result, "config");
	}
	recoat_bench_create(bench, &config);
	take_place(bench, from);
	result = take_cells(bench, json_object_get(from, "cells"), error);
	if (result)
		recoat_bench_destroy(bench);
	else
		recoat_bench_finish(bench);
	return result;
}

int recoat_bench_load(struct recoat_bench *bench, const char *path, struct recoat_error *error)
{
	json_t *from;
	int result = recoat_bench_read_json(path, &from, error);

	if (result)
		return result;
	result = take(bench, from, error);
	json_decref(from);
	return result ? recoat_error_context(error, result, "%s", path) : 0;
}
