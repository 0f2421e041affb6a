/* SPDX-License-Identifier: Apache-2.0 */
/* How the program `amqadf` is made to run a kernel at a size. */
#include "analyzer/bench_recipe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

#define LAYERS 100          /* Of a made-up build, if it has so many points. */
#define POINTS_MOST 2000000 /* For grids, which linear mapping fills well with fewer. */
#define MAP "map --grid {grid} --output {dir}/out.npy --method "
#define GRIDS " {dir}/grid0.npy {dir}/grid1.npy {dir}/grid2.npy"

static const struct recoat_bench_recipe recipes[] = {
	{"signal_mapping.nearest", 0, 0, MAP "nearest {dir}/points.npy"},
	{"signal_mapping.linear", 0, 0, MAP "linear {dir}/points.npy"},
	{"signal_mapping.idw", 0, 0, MAP "idw {dir}/points.npy"},
	{"signal_mapping.kde", 0, 0, MAP "kde --use-points {n} {dir}/points.npy"},
	{"signal_mapping.rbf", 0, 0, MAP "rbf --use-points {n} {dir}/points.npy"},
	{"voxel_fusion.fuse", 3, 3, "fuse --strategy median --output {dir}/out.npy" GRIDS},
	{"voxel_fusion.fuse_weighted", 3, 3,
	 "fuse --weights 0.5,0.3,0.2 --output {dir}/out.npy" GRIDS},
	{"quality.assess", 3, 2, "quality" GRIDS},
	{"analytics.statistics", 1, 1, "stats {dir}/grid0.npy"},
	{"correction.filter_gaussian", 1, 1,
	 "filter --method gaussian --output {dir}/out.npy {dir}/grid0.npy"},
	{"correction.filter_median", 1, 1,
	 "filter --method median --output {dir}/out.npy {dir}/grid0.npy"},
	{"correction.filter_bilateral", 1, 1,
	 "filter --method bilateral --output {dir}/out.npy {dir}/grid0.npy"},
	{"synchronization.temporal", 0, 3,
	 "pipeline --grid {side}x{side}x{side} --k 1 --kde-points 50 --rbf-points 20 "
	 "{dir}/points.npy"},
	{"io.read_points", 0, 0, MAP "nearest {dir}/points.npy"},
	{"io.write_grid", 1, 1, "fuse --output {dir}/out.npy {dir}/grid0.npy"},
};

#define RECIPES (sizeof(recipes) / sizeof(*recipes))

const struct recoat_bench_recipe *recoat_bench_recipe_find(const char *kernel)
{
	for (size_t i = 0; i < RECIPES; i++)
		if (!strcmp(recipes[i].kernel, kernel))
			return &recipes[i];
	return NULL;
}

const char *recoat_bench_recipe_names(void)
{
	static char names[1024];

	if (!*names)
		for (size_t i = 0; i < RECIPES; i++) {
			strcat(names, i ? ", " : "");
			strcat(names, recipes[i].kernel);
		}
	return names;
}

/* ---- Words. ---- */

struct value {
	const char *name;
	char text[24];
	const char *is; /* `text` unless this is set. */
};

/* A word with its {names} replaced, for the caller to free. */
static char *replaced(const char *word, const struct value *value, size_t values)
{
	char *result = recoat_strdup("");

	while (*word) {
		size_t take = strcspn(word + 1, "{") + 1, skip = take, i = 0;
		const char *is = "";
		char *longer;

		while (i < values && strncmp(word, value[i].name, strlen(value[i].name)) != 0)
			i++;
		if (i < values) {
			is = value[i].is ? value[i].is : value[i].text;
			skip = strlen(value[i].name);
			take = 0;
		}
		longer = recoat_asprintf("%s%s%.*s", result, is, (int)take, word);
		free(result);
		result = longer;
		word += skip;
	}
	return result;
}

static char **split(const char *program, const char *line, const struct value *value, size_t values)
{
	char *copy = recoat_strdup(line), *rest = copy, *word;
	size_t count = 0, room = 0;
	char **words = NULL;

	words = recoat_grow(words, count, &room, sizeof(*words));
	words[count++] = recoat_strdup(program);
	while ((word = strsep(&rest, " "))) {
		words = recoat_grow(words, count, &room, sizeof(*words));
		words[count++] = replaced(word, value, values);
	}
	words = recoat_grow(words, count, &room, sizeof(*words));
	words[count] = NULL;
	free(copy);
	return words;
}

void recoat_bench_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* Side of the cube of voxels with which the kernel's problem has this size, 2 at least. */
static uint64_t side_of(const struct recoat_bench_recipe *recipe, uint64_t size)
{
	unsigned per_voxel = recipe->per_voxel ? recipe->per_voxel : 1;
	double side = round(cbrt((double)size / per_voxel));

	return side < 2 ? 2 : (uint64_t)side;
}

static uint64_t points_of(const struct recoat_bench_recipe *recipe, uint64_t size)
{
	if (!recipe->per_voxel)
		return size;
	if (!recipe->grids)
		return 1000;
	return size < POINTS_MOST ? size + 1 : POINTS_MOST;
}

static char **words_of(const struct recoat_bench_recipe *recipe,
		       const struct recoat_bench_place *place, const char *line, unsigned number)
{
	uint64_t points = points_of(recipe, place->size);
	struct value value[] = {
		{.name = "{n}"},      {.name = "{side}"}, {.name = "{layers}"},
		{.name = "{number}"}, {.name = "{grid}"}, {.name = "{dir}"},
	};

	snprintf(value[0].text, sizeof(value->text), "%" PRIu64, points);
	snprintf(value[1].text, sizeof(value->text), "%" PRIu64, side_of(recipe, place->size));
	snprintf(value[2].text, sizeof(value->text), "%" PRIu64,
		 points < LAYERS ? points : (uint64_t)LAYERS);
	snprintf(value[3].text, sizeof(value->text), "%u", number);
	value[4].is = place->grid;
	value[5].is = place->directory;
	return split(place->amqadf, line, value, sizeof(value) / sizeof(*value));
}

char **recoat_bench_recipe_words(const struct recoat_bench_recipe *recipe,
				 const struct recoat_bench_place *place)
{
	return words_of(recipe, place, recipe->argument, 0);
}

char **recoat_bench_recipe_prepare(const struct recoat_bench_recipe *recipe,
				   const struct recoat_bench_place *place, unsigned step)
{
	static const char generate[] = "generate --points {n} --layers {layers} --seed 1{number} "
				       "--output {dir}/points.npy";
	static const char map[] = "map --method linear --grid {side}x{side}x{side} "
				  "--output {dir}/grid{number}.npy {dir}/points.npy";
	unsigned number = step / 2;

	if (!recipe->grids)
		return step ? NULL : words_of(recipe, place, generate, 0);
	if (number == recipe->grids)
		return NULL;
	return words_of(recipe, place, step % 2 ? map : generate, number);
}
