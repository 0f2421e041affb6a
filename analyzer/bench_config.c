/* SPDX-License-Identifier: Apache-2.0 */
/* What a benchmark is to run. */
#include "analyzer/bench_config.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bench_recipe.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"

#define ITERATIONS 10
#define WARM_UP 1
#define BUDGET 30
#define MOST 1000000000000.0 /* Sizes, threads and counts. */

void recoat_bench_config_init(struct recoat_bench_config *config)
{
	*config = (struct recoat_bench_config){
		.iterations = ITERATIONS,
		.warm_up = WARM_UP,
		.budget = BUDGET,
		.grid = recoat_strdup("32"),
		.heap = recoat_strdup("profile"),
	};
}

static void clear_texts(char **text, size_t *count)
{
	while (*count)
		free(text[--*count]);
}

void recoat_bench_config_fini(struct recoat_bench_config *config)
{
	clear_texts(config->kernel, &config->kernels);
	clear_texts(config->chain, &config->chains);
	free(config->kernel);
	free(config->chain);
	free(config->size);
	free(config->threads);
	free(config->command);
	free(config->grid);
	free(config->heap);
}

void recoat_bench_set_text(char **to, const char *text)
{
	char *copy = recoat_strdup(text);

	free(*to);
	*to = copy;
}

void recoat_bench_add_kernel(struct recoat_bench_config *config, const char *name)
{
	config->kernel = recoat_grow(config->kernel, config->kernels, &config->kernel_room,
				     sizeof(*config->kernel));
	config->kernel[config->kernels++] = recoat_strdup(name);
}

/* ---- Lists in options. ---- */

/* A whole number from 1, with k, M or G behind it for thousands, millions, billions. */
static bool parse_number(const char *text, uint64_t *number)
{
	double value, unit = 1;
	char *end;

	value = strtod(text, &end);
	if (end == text || !(*text >= '0' && *text <= '9'))
		return false;
	if (*end && strchr("kKmMgG", *end)) {
		unit = strchr("kK", *end) ? 1e3 : strchr("mM", *end) ? 1e6 : 1e9;
		end++;
	}
	value *= unit;
	if (*end || !(value >= 1 && value <= MOST) || value != floor(value))
		return false;
	*number = (uint64_t)value;
	return true;
}

static int by_number(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Numbers separated by commas, which become ascending and unique. */
static int take_numbers(uint64_t **list, size_t *count, size_t *room, const char *text,
			struct recoat_error *error)
{
	char *copy = recoat_strdup(text), *rest = copy, *word;
	size_t kept = 0;
	int result = 0;

	*count = 0;
	while (!result && (word = strsep(&rest, ","))) {
		*list = recoat_grow(*list, *count, room, sizeof(**list));
		if (!parse_number(word, &(*list)[*count]))
			result = recoat_error_set(error, -EINVAL,
						  "found \"%s\", expected numbers from 1, as in "
						  "10k,1M",
						  text);
		++*count;
	}
	free(copy);
	if (result)
		return result;
	qsort(*list, *count, sizeof(**list), by_number);
	for (size_t i = 0; i < *count; i++)
		if (!kept || (*list)[kept - 1] != (*list)[i])
			(*list)[kept++] = (*list)[i];
	*count = kept;
	return 0;
}

int recoat_bench_take_sizes(struct recoat_bench_config *config, const char *text,
			    struct recoat_error *error)
{
	return take_numbers(&config->size, &config->sizes, &config->size_room, text, error);
}

int recoat_bench_take_threads(struct recoat_bench_config *config, const char *text,
			      struct recoat_error *error)
{
	return take_numbers(&config->threads, &config->thread_counts, &config->thread_room, text,
			    error);
}

static bool is_chain(const char *chain)
{
	size_t length = strlen(chain);

	return length && *chain != '+' && chain[length - 1] != '+' && !strstr(chain, "++") &&
	       !strpbrk(chain, " \t\n") && (!strstr(chain, "none") || !strcmp(chain, "none"));
}

int recoat_bench_take_chains(struct recoat_bench_config *config, const char *text,
			     struct recoat_error *error)
{
	char *copy = recoat_strdup(text), *rest = copy, *word;
	int result = 0;

	clear_texts(config->chain, &config->chains);
	while (!result && (word = strsep(&rest, ","))) {
		if (!is_chain(word)) {
			result = recoat_error_set(error, -EINVAL,
						  "found \"%s\", expected chains as in "
						  "none,parallel,cached+parallel",
						  text);
			continue;
		}
		config->chain = recoat_grow(config->chain, config->chains, &config->chain_room,
					    sizeof(*config->chain));
		config->chain[config->chains++] = recoat_strdup(word);
	}
	free(copy);
	return result;
}

int recoat_bench_take_budget(struct recoat_bench_config *config, const char *text,
			     struct recoat_error *error)
{
	char *end;
	double budget = strtod(text, &end);

	if (*end || end == text || !(budget >= 0 && budget <= MOST))
		return recoat_error_set(error, -EINVAL,
					"found \"%s\", expected seconds, or 0 for no limit", text);
	config->budget = budget;
	return 0;
}

int recoat_bench_take_count(uint64_t *count, const char *text, uint64_t least,
			    struct recoat_error *error)
{
	if (!least && !strcmp(text, "0"))
		*count = 0;
	else if (!parse_number(text, count))
		return recoat_error_set(error, -EINVAL,
					"found \"%s\", expected a whole number from %" PRIu64, text,
					least);
	return 0;
}

/* ---- As a whole. ---- */

static bool has_parallel(const struct recoat_bench_config *config)
{
	for (size_t i = 0; i < config->chains; i++)
		if (strstr(config->chain[i], "parallel"))
			return true;
	return false;
}

int recoat_bench_config_check(const struct recoat_bench_config *config, struct recoat_error *error)
{
	bool placed = config->command && strstr(config->command, "{size}");

	if (config->thread_counts && !has_parallel(config))
		return recoat_error_set(error, -EINVAL,
					"--threads: found no chain with parallel, expected one");
	if (!config->kernels && !config->command)
		return recoat_error_set(error, -EINVAL, "no kernel and no --command given");
	if (config->command && placed != (config->sizes > 0))
		return recoat_error_set(error, -EINVAL,
					"--command: found %s, expected both {size} in it and "
					"--sizes, or neither",
					placed ? "{size}" : "no {size}");
	if (config->command)
		return 0;
	for (size_t i = 0; i < config->kernels; i++)
		if (!recoat_bench_recipe_find(config->kernel[i]))
			return recoat_error_set(error, -EINVAL,
						"found kernel %s, expected one of: %s; others need "
						"--command",
						config->kernel[i], recoat_bench_recipe_names());
	return config->sizes ? 0
			     : recoat_error_set(error, -EINVAL,
						"no sizes given, expected --sizes 1k,10k,100k");
}
