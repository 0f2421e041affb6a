/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations of benchmarks as JSON. */
#include "analyzer/bench_config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/report_json.h"

static json_t *numbers_json(const uint64_t *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, number(list[i]));
	return array;
}

json_t *recoat_bench_config_json(const struct recoat_bench_config *config)
{
	json_t *object = json_object();

	set(object, "kernels", texts((const char *const *)config->kernel, config->kernels));
	set(object, "command", text_or_null(config->command));
	set(object, "sizes", numbers_json(config->size, config->sizes));
	set(object, "plugins", texts((const char *const *)config->chain, config->chains));
	set(object, "threads", numbers_json(config->threads, config->thread_counts));
	set(object, "iterations", number(config->iterations));
	set(object, "warm_up", number(config->warm_up));
	set(object, "time_budget_s", json_real(config->budget));
	set(object, "grid", text(config->grid));
	set(object, "heap", text(config->heap));
	return object;
}

/* An array's elements joined by commas, as an option has them; NULL if it is none. */
static char *joined(const json_t *array)
{
	char *all = recoat_strdup("");

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *element = json_array_get(array, i);
		char *longer = NULL;

		if (json_is_string(element))
			longer = recoat_asprintf("%s%s%s", all, i ? "," : "",
						 json_string_value(element));
		else if (json_is_integer(element))
			longer = recoat_asprintf("%s%s%" JSON_INTEGER_FORMAT, all, i ? "," : "",
						 json_integer_value(element));
		free(all);
		all = longer;
		if (!all)
			return NULL;
	}
	return all;
}

typedef int take_list(struct recoat_bench_config *config, const char *text,
		      struct recoat_error *error);

static int take_kernels(struct recoat_bench_config *config, const char *text,
			struct recoat_error *error)
{
	char *copy = recoat_strdup(text), *rest = copy, *word;

	(void)error;
	while (config->kernels)
		free(config->kernel[--config->kernels]);
	while ((word = strsep(&rest, ",")))
		recoat_bench_add_kernel(config, word);
	free(copy);
	return 0;
}

static int take_array(struct recoat_bench_config *config, const json_t *from, const char *key,
		      take_list *take, struct recoat_error *error)
{
	const json_t *array = json_object_get(from, key);
	char *list;
	int result;

	if (!array || (json_is_array(array) && !json_array_size(array)))
		return 0;
	list = json_is_array(array) ? joined(array) : NULL;
	result = list ? take(config, list, error)
		      : recoat_error_set(error, -EINVAL,
					 "found something else, expected an array of numbers or "
					 "texts");
	free(list);
	return result ? recoat_error_context(error, result, "%s", key) : 0;
}

static int take_whole(uint64_t *to, const json_t *from, const char *key, json_int_t least,
		      struct recoat_error *error)
{
	const json_t *value = json_object_get(from, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < least)
		return recoat_error_set(error, -EINVAL,
					"%s: found something else, expected a whole number from "
					"%" JSON_INTEGER_FORMAT,
					key, least);
	*to = (uint64_t)json_integer_value(value);
	return 0;
}

static int take_text(char **to, const json_t *from, const char *key, struct recoat_error *error)
{
	const json_t *value = json_object_get(from, key);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return recoat_error_set(error, -EINVAL, "%s: found something else, expected a text",
					key);
	recoat_bench_set_text(to, json_string_value(value));
	return 0;
}

int recoat_bench_config_take_json(struct recoat_bench_config *config, const json_t *from,
				  struct recoat_error *error)
{
	static const struct {
		const char *key;
		take_list *take;
	} list[] = {
		{"kernels", take_kernels},
		{"sizes", recoat_bench_take_sizes},
		{"plugins", recoat_bench_take_chains},
		{"threads", recoat_bench_take_threads},
	};
	const json_t *budget = json_object_get(from, "time_budget_s");
	int result = 0;

	for (size_t i = 0; !result && i < sizeof(list) / sizeof(*list); i++)
		result = take_array(config, from, list[i].key, list[i].take, error);
	if (!result)
		result = take_text(&config->command, from, "command", error);
	if (!result)
		result = take_text(&config->grid, from, "grid", error);
	if (!result)
		result = take_text(&config->heap, from, "heap", error);
	if (!result)
		result = take_whole(&config->iterations, from, "iterations", 1, error);
	if (!result)
		result = take_whole(&config->warm_up, from, "warm_up", 0, error);
	if (result || !budget)
		return result;
	if (!json_is_number(budget) || !(json_number_value(budget) >= 0))
		return recoat_error_set(error, -EINVAL,
					"time_budget_s: found something else, expected seconds");
	config->budget = json_number_value(budget);
	return 0;
}

int recoat_bench_read_json(const char *path, json_t **document, struct recoat_error *error)
{
	json_error_t problem;

	*document = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
	if (*document && json_is_object(*document))
		return 0;
	if (!*document)
		return recoat_error_set(error, -EINVAL, "%s:%d: %s", path,
					problem.line < 0 ? 0 : problem.line, problem.text);
	json_decref(*document);
	return recoat_error_set(error, -EINVAL, "%s: found another value, expected an object",
				path);
}

int recoat_bench_config_read(struct recoat_bench_config *config, const char *path,
			     struct recoat_error *error)
{
	json_t *document;
	const json_t *inner;
	int result = recoat_bench_read_json(path, &document, error);

	if (result)
		return result;
	inner = json_object_get(document, "config");
	result = recoat_bench_config_take_json(config, inner ? inner : document, error);
	json_decref(document);
	return result ? recoat_error_context(error, result, "%s", path) : 0;
}
