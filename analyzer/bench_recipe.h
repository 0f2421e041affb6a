/* SPDX-License-Identifier: Apache-2.0 */
/* How the program `amqadf` is made to run a kernel at a size. */
#ifndef RECOAT_BENCH_RECIPE_H
#define RECOAT_BENCH_RECIPE_H

#include <stddef.h>
#include <stdint.h>

struct recoat_bench_recipe {
	const char *kernel;
	unsigned grids;       /* Grids that it reads, made of points; 0: it reads the points. */
	unsigned per_voxel;   /* Problem size by voxels of one grid; 0: by points. */
	const char *argument; /* Words for amqadf; for {..} see recoat_bench_recipe_words(). */
};

/* The recipe of a kernel, NULL if there is none; and the names of all, with commas between. */
const struct recoat_bench_recipe *recoat_bench_recipe_find(const char *kernel);
const char *recoat_bench_recipe_names(void);

/* What stands for what in a recipe's words. */
struct recoat_bench_place {
	const char *amqadf;    /* The program. */
	const char *directory; /* {dir}: where inputs and outputs are. */
	const char *grid;      /* {grid}: size of the grid that points are mapped to. */
	uint64_t size;         /* {n}, and {side}: of a cube with so many voxels. */
};

/* The argument vector, ending with NULL; for recoat_bench_words_free(). */
char **recoat_bench_recipe_words(const struct recoat_bench_recipe *recipe,
				 const struct recoat_bench_place *place);

/* The same of the next command that makes its inputs, from `step` 0 on; NULL: no more. */
char **recoat_bench_recipe_prepare(const struct recoat_bench_recipe *recipe,
				   const struct recoat_bench_place *place, unsigned step);

void recoat_bench_words_free(char **words);

#endif
