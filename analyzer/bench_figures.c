/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks: figures of cells that all renderers show. */
#include "analyzer/bench.h"

#include <math.h>

double recoat_bench_peak(const struct recoat_bench_cell *cell)
{
	double peak = NAN;

	for (size_t i = 0; i < cell->samples; i++)
		peak = fmax(peak, cell->peak[i]);
	return peak;
}

double recoat_bench_rate(const struct recoat_bench *bench, const struct recoat_bench_cell *cell,
			 double time)
{
	double asked = bench->config.sizes ? (double)bench->config.size[cell->size] : 0;
	double size = cell->problem > 0 ? cell->problem : asked;

	return time > 0 ? size / time * 1e9 : 0;
}

bool recoat_bench_against_first(const struct recoat_bench *bench,
				const struct recoat_bench_cell *cell,
				struct recoat_contrast *contrast)
{
	const struct recoat_bench_cell *first =
		recoat_bench_cell(bench, cell->kernel, cell->size, 0);

	if (!cell->variant || cell->state != RECOAT_BENCH_MEASURED ||
	    first->state != RECOAT_BENCH_MEASURED)
		return false;
	*contrast = recoat_contrast_make(first->time, first->samples, cell->time, cell->samples);
	return true;
}

/* The same chain's variant with the fewest threads: they stand in order. */
static size_t fewest_threads(const struct recoat_bench *bench, size_t variant)
{
	while (variant && bench->variant[variant - 1].chain == bench->variant[variant].chain)
		variant--;
	return variant;
}

double recoat_bench_speedup(const struct recoat_bench *bench, const struct recoat_bench_cell *cell)
{
	const struct recoat_bench_cell *fewest = recoat_bench_cell(
		bench, cell->kernel, cell->size, fewest_threads(bench, cell->variant));

	if (!bench->variant[cell->variant].threads || fewest->state != RECOAT_BENCH_MEASURED ||
	    cell->state != RECOAT_BENCH_MEASURED)
		return NAN;
	return recoat_median(fewest->time, fewest->samples) /
	       recoat_median(cell->time, cell->samples);
}

double recoat_bench_efficiency(const struct recoat_bench *bench,
			       const struct recoat_bench_cell *cell)
{
	const struct recoat_bench_variant *variant = &bench->variant[cell->variant];
	const struct recoat_bench_variant *fewest =
		&bench->variant[fewest_threads(bench, cell->variant)];

	return recoat_bench_speedup(bench, cell) * (double)fewest->threads /
	       (double)variant->threads;
}
