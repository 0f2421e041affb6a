/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks: cells, and what follows from them. */
#include "analyzer/bench.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

/* ---- Variants and cells. ---- */

static void add_variant(struct recoat_bench *bench, size_t chain, uint64_t threads, char *plugins,
			char *name)
{
	bench->variant = recoat_grow(bench->variant, bench->variants, &bench->variant_room,
				     sizeof(*bench->variant));
	bench->variant[bench->variants++] = (struct recoat_bench_variant){
		.name = name, .plugins = plugins, .chain = chain, .threads = threads};
}

/* The chain with `separator` for '+', and threads= for the plugin `parallel`. */
static char *chain_text(const char *chain, uint64_t threads, const char *separator)
{
	char *copy = recoat_strdup(chain), *rest = copy, *word, *text = recoat_strdup("");

	while ((word = strsep(&rest, "+"))) {
		bool parallel = !strcmp(word, "parallel") || !strncmp(word, "parallel:", 9);
		char *longer = recoat_asprintf("%s%s%s", text, *text ? separator : "", word);

		free(text);
		text = longer;
		if (!parallel || !threads)
			continue;
		longer = recoat_asprintf("%s:threads=%" PRIu64, text, threads);
		free(text);
		text = longer;
	}
	free(copy);
	return text;
}

static bool takes_threads(const char *chain)
{
	char *with = chain_text(chain, 1, "+");
	bool takes = strcmp(with, chain) != 0;

	free(with);
	return takes;
}

static void add_variants(struct recoat_bench *bench)
{
	const struct recoat_bench_config *config = &bench->config;

	for (size_t c = 0; c < config->chains; c++) {
		const char *chain = config->chain[c];
		bool none = !strcmp(chain, "none");

		if (!config->thread_counts || !takes_threads(chain)) {
			add_variant(bench, c, 0,
				    none ? recoat_strdup("") : chain_text(chain, 0, ","),
				    recoat_strdup(chain));
			continue;
		}
		for (size_t t = 0; t < config->thread_counts; t++)
			add_variant(bench, c, config->threads[t],
				    chain_text(chain, config->threads[t], ","),
				    chain_text(chain, config->threads[t], "+"));
	}
}

static size_t rows(const struct recoat_bench *bench)
{
	return bench->config.kernels ? bench->config.kernels : 1;
}

static size_t columns(const struct recoat_bench *bench)
{
	return bench->config.sizes ? bench->config.sizes : 1;
}

void recoat_bench_create(struct recoat_bench *bench, struct recoat_bench_config *config)
{
	*bench = (struct recoat_bench){.config = *config};
	*config = (struct recoat_bench_config){0};
	if (!bench->config.chains) {
		struct recoat_error *never = NULL;

		recoat_bench_take_chains(&bench->config, "none", never);
	}
	add_variants(bench);
	bench->cells = rows(bench) * columns(bench) * bench->variants;
	bench->cell = recoat_calloc(bench->cells, sizeof(*bench->cell));
	for (size_t i = 0; i < bench->cells; i++) {
		bench->cell[i].variant = i % bench->variants;
		bench->cell[i].size = i / bench->variants % columns(bench);
		bench->cell[i].kernel = i / bench->variants / columns(bench);
	}
	bench->fit = recoat_calloc(rows(bench) * bench->variants, sizeof(*bench->fit));
	bench->crossing = recoat_calloc(rows(bench) * bench->variants, sizeof(*bench->crossing));
}

void recoat_bench_destroy(struct recoat_bench *bench)
{
	for (size_t i = 0; i < bench->variants; i++) {
		free(bench->variant[i].name);
		free(bench->variant[i].plugins);
	}
	for (size_t i = 0; i < bench->cells; i++) {
		free(bench->cell[i].time);
		free(bench->cell[i].peak);
		free(bench->cell[i].served);
		free(bench->cell[i].note);
	}
	free(bench->variant);
	free(bench->cell);
	free(bench->fit);
	free(bench->crossing);
	free(bench->host);
	free(bench->date);
	free(bench->version);
	recoat_bench_config_fini(&bench->config);
}

struct recoat_bench_cell *recoat_bench_cell(const struct recoat_bench *bench, size_t kernel,
					    size_t size, size_t variant)
{
	return &bench->cell[(kernel * columns(bench) + size) * bench->variants + variant];
}

const char *recoat_bench_kernel_name(const struct recoat_bench *bench, size_t kernel)
{
	return bench->config.kernels ? bench->config.kernel[kernel] : "program";
}

void recoat_bench_add_sample(struct recoat_bench_cell *cell, double time, double peak)
{
	cell->time = recoat_grow(cell->time, cell->samples, &cell->time_room, sizeof(*cell->time));
	cell->peak = recoat_grow(cell->peak, cell->samples, &cell->peak_room, sizeof(*cell->peak));
	cell->time[cell->samples] = time;
	cell->peak[cell->samples++] = peak;
	cell->state = RECOAT_BENCH_MEASURED;
}

/* ---- Scaling. ---- */

struct recoat_line recoat_bench_fit_line(const struct recoat_bench *bench, size_t kernel,
					 size_t variant)
{
	double *x = recoat_calloc(columns(bench), sizeof(*x));
	double *y = recoat_calloc(columns(bench), sizeof(*y));
	struct recoat_line line;
	size_t count = 0;

	for (size_t s = 0; s < bench->config.sizes; s++) {
		const struct recoat_bench_cell *cell = recoat_bench_cell(bench, kernel, s, variant);
		double median = recoat_median(cell->time, cell->samples);

		if (cell->state != RECOAT_BENCH_MEASURED || median <= 0)
			continue;
		x[count] = log((double)bench->config.size[s]);
		y[count++] = log(median);
	}
	line = recoat_fit_line(x, y, count);
	free(x);
	free(y);
	return line;
}

/* What was not measured is estimated, if two sizes or more were. */
static void estimate(struct recoat_bench *bench)
{
	for (size_t i = 0; i < bench->cells; i++) {
		struct recoat_bench_cell *cell = &bench->cell[i];
		struct recoat_line line;

		if (cell->state == RECOAT_BENCH_MEASURED || !bench->config.sizes)
			continue;
		line = recoat_bench_fit_line(bench, cell->kernel, cell->variant);
		if (!line.count)
			continue;
		cell->state = RECOAT_BENCH_ESTIMATED;
		cell->estimate = exp(line.intercept +
				     line.slope * log((double)bench->config.size[cell->size]));
	}
}

/* ---- Crossings. ---- */

/* One size at which both were measured. */
struct place {
	double size;  /* Logarithms, */
	double ahead; /* of the first variant's median by this one's: above 0, it is faster. */
	enum recoat_verdict verdict; /* Of this one after the first. */
};

static size_t gather_places(const struct recoat_bench *bench, size_t kernel, size_t variant,
			    struct place *place)
{
	size_t count = 0;

	for (size_t s = 0; s < bench->config.sizes; s++) {
		const struct recoat_bench_cell *a = recoat_bench_cell(bench, kernel, s, 0);
		const struct recoat_bench_cell *b = recoat_bench_cell(bench, kernel, s, variant);
		struct recoat_contrast contrast;

		if (a->state != RECOAT_BENCH_MEASURED || b->state != RECOAT_BENCH_MEASURED)
			continue;
		contrast = recoat_contrast_make(a->time, a->samples, b->time, b->samples);
		if (!(contrast.ratio > 0))
			continue;
		place[count++] = (struct place){.size = log((double)bench->config.size[s]),
						.ahead = -log(contrast.ratio),
						.verdict = contrast.verdict};
	}
	return count;
}

static bool is_judged(const struct place *place)
{
	return place->verdict == RECOAT_LESS || place->verdict == RECOAT_MORE;
}

/* Where the curves meet between two places that are judged differently. */
static double meeting(const struct place *from, const struct place *to)
{
	const struct place *at = from;

	while (at + 1 < to && (at[1].ahead > 0) == (from->ahead > 0))
		at++;
	return exp(at->size + (at[1].size - at->size) * at->ahead / (at->ahead - at[1].ahead));
}

static void find_crossing(const struct recoat_bench *bench, struct recoat_bench_crossing *crossing)
{
	struct place *place = recoat_calloc(columns(bench), sizeof(*place));
	size_t count = gather_places(bench, crossing->kernel, crossing->variant, place);
	const struct place *latest = NULL;
	unsigned changes = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_judged(&place[i]))
			continue;
		if (latest && latest->verdict != place[i].verdict) {
			crossing->size = meeting(latest, &place[i]);
			changes++;
		}
		latest = &place[i];
	}
	if (!latest || changes > 1)
		crossing->advantage = RECOAT_BENCH_UNDECIDED;
	else if (latest->verdict == RECOAT_LESS)
		crossing->advantage = changes ? RECOAT_BENCH_FROM : RECOAT_BENCH_ALWAYS;
	else
		crossing->advantage = changes ? RECOAT_BENCH_TO : RECOAT_BENCH_NEVER;
	free(place);
}

void recoat_bench_finish(struct recoat_bench *bench)
{
	estimate(bench);
	for (size_t k = 0; k < rows(bench); k++)
		for (size_t v = 0; v < bench->variants; v++) {
			struct recoat_bench_fit *fit = &bench->fit[k * bench->variants + v];

			*fit = (struct recoat_bench_fit){
				.kernel = k,
				.variant = v,
				.line = recoat_bench_fit_line(bench, k, v),
			};
			if (v) {
				struct recoat_bench_crossing *crossing =
					&bench->crossing[k * (bench->variants - 1) + v - 1];

				*crossing =
					(struct recoat_bench_crossing){.kernel = k, .variant = v};
				find_crossing(bench, crossing);
			}
		}
}
