/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks as text and CSV. */
#include "analyzer/bench_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bench.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/table.h"

static uint64_t size_of(const struct recoat_bench *bench, const struct recoat_bench_cell *cell)
{
	return bench->config.sizes ? bench->config.size[cell->size] : 0;
}

static const char *kernel_of(const struct recoat_bench *bench, const struct recoat_bench_cell *cell)
{
	return recoat_bench_kernel_name(bench, cell->kernel);
}

/* ---- Cells. ---- */

static void cell_time(struct recoat_table *table, double time)
{
	recoat_table_cell(table, "%s", recoat_format_time((uint64_t)time).text);
}

static void cells_empty(struct recoat_table *table, unsigned count)
{
	while (count--)
		recoat_table_cell(table, "-");
}

static void cells_measured(struct recoat_table *table, const struct recoat_bench *bench,
			   const struct recoat_bench_cell *cell)
{
	struct recoat_summary time = recoat_summarise(cell->time, cell->samples);
	double peak = recoat_bench_peak(cell), rate = recoat_bench_rate(bench, cell, time.median);

	recoat_table_cell(table, "%zu", time.count);
	cell_time(table, time.mean);
	cell_time(table, time.deviation);
	cell_time(table, time.min);
	cell_time(table, time.median);
	cell_time(table, time.max);
	recoat_table_cell(table, "%s", rate > 0 ? recoat_format_short(rate).text : "-");
	recoat_table_cell(table, "%s", isnan(peak) ? "-" : recoat_format_bytes((int64_t)peak).text);
}

/* The median by that of the first variant, and what can be said of it. */
static void cell_against_first(struct recoat_table *table, const struct recoat_bench *bench,
			       const struct recoat_bench_cell *cell)
{
	struct recoat_contrast contrast;

	if (!recoat_bench_against_first(bench, cell, &contrast)) {
		recoat_table_cell(table, "%s",
				  cell->state == RECOAT_BENCH_ESTIMATED ? "estimated"
				  : cell->state == RECOAT_BENCH_MISSING ? "not run"
									: "");
		return;
	}
	if (isfinite(contrast.between.low))
		recoat_table_cell(table, "x%.3f (%.3f to %.3f), %s", contrast.ratio,
				  contrast.between.low, contrast.between.high,
				  recoat_verdict_word(contrast.verdict, RECOAT_METRIC_TIME));
	else
		recoat_table_cell(table, "x%.3f, %s", contrast.ratio,
				  recoat_verdict_word(contrast.verdict, RECOAT_METRIC_TIME));
}

static void note(struct recoat_table *table, const struct recoat_bench *bench,
		 const struct recoat_bench_cell *cell)
{
	const char *plugins = bench->variant[cell->variant].plugins;

	if (cell->note)
		recoat_table_note(table, cell->note);
	if (*plugins && cell->served && !strcmp(cell->served, "original"))
		recoat_table_note(table, "served by the original alone");
}

static void add_cell(struct recoat_table *table, const struct recoat_bench *bench,
		     const struct recoat_bench_cell *cell)
{
	uint64_t size = size_of(bench, cell);

	recoat_table_cell(table, "%s", kernel_of(bench, cell));
	recoat_table_cell(table, "%s", size ? recoat_format_short((double)size).text : "-");
	recoat_table_cell(table, "%s",
			  cell->problem > 0 ? recoat_format_short(cell->problem).text : "-");
	recoat_table_cell(table, "%s", bench->variant[cell->variant].name);
	if (cell->state == RECOAT_BENCH_MEASURED) {
		cells_measured(table, bench, cell);
	} else if (cell->state == RECOAT_BENCH_ESTIMATED) {
		cells_empty(table, 4);
		recoat_table_cell(table, "~%s", recoat_format_time((uint64_t)cell->estimate).text);
		cells_empty(table, 3);
	} else {
		cells_empty(table, 8);
	}
	cell_against_first(table, bench, cell);
	note(table, bench, cell);
}

static void print_cells(const struct recoat_bench *bench, size_t width, FILE *file)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT}, {"size", RECOAT_RIGHT}, {"N", RECOAT_RIGHT},
		{"chain", RECOAT_LEFT},  {"runs", RECOAT_RIGHT}, {"mean", RECOAT_RIGHT},
		{"std", RECOAT_RIGHT},   {"min", RECOAT_RIGHT},  {"median", RECOAT_RIGHT},
		{"max", RECOAT_RIGHT},   {"N/s", RECOAT_RIGHT},  {"peak", RECOAT_RIGHT},
		{"", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	bool estimated = false;

	for (size_t i = 0; i < bench->cells; i++) {
		add_cell(table, bench, &bench->cell[i]);
		estimated |= bench->cell[i].state == RECOAT_BENCH_ESTIMATED;
	}
	recoat_table_print(table, file, width);
	if (estimated)
		fprintf(file, "~ estimated: extrapolated from smaller sizes by the exponent below, "
			      "not measured\n");
	if (bench->variants > 1)
		fprintf(file,
			"x: ratio of medians to %s, with its 95%% interval; faster and slower: p "
			"below %g by the\nrank sum test of Mann and Whitney, %u runs or more\n",
			bench->variant[0].name, RECOAT_P_LEAST, RECOAT_SAMPLES_LEAST);
	recoat_table_destroy(table);
}

/* ---- Scaling. ---- */

static void print_scaling(const struct recoat_bench *bench, size_t width, FILE *file)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT},    {"chain", RECOAT_LEFT},        {"sizes", RECOAT_RIGHT},
		{"exponent", RECOAT_RIGHT}, {"95% interval", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	size_t kernels = bench->config.kernels ? bench->config.kernels : 1, shown = 0;

	for (size_t i = 0; i < kernels * bench->variants; i++) {
		const struct recoat_bench_fit *fit = &bench->fit[i];

		if (!fit->line.count)
			continue;
		shown++;
		recoat_table_cell(table, "%s", recoat_bench_kernel_name(bench, fit->kernel));
		recoat_table_cell(table, "%s", bench->variant[fit->variant].name);
		recoat_table_cell(table, "%zu", fit->line.count);
		recoat_table_cell(table, "%.2f", fit->line.slope);
		if (isfinite(fit->line.low))
			recoat_table_cell(table, "%.2f to %.2f", fit->line.low, fit->line.high);
		else
			recoat_table_cell(table, "unknown: takes three sizes");
	}
	if (shown) {
		fprintf(file, "\nSCALING: time = c * size^exponent, least squares through the "
			      "medians\n");
		recoat_table_print(table, file, width);
	}
	recoat_table_destroy(table);
}

static void print_crossing(const struct recoat_bench *bench,
			   const struct recoat_bench_crossing *crossing, FILE *file)
{
	const char *name = bench->variant[crossing->variant].name;
	const char *first = bench->variant[0].name;
	struct recoat_number size = recoat_format_count((uint64_t)round(crossing->size));

	fprintf(file, "%s: ", recoat_bench_kernel_name(bench, crossing->kernel));
	switch (crossing->advantage) {
	case RECOAT_BENCH_FROM:
		fprintf(file, "%s pays from a size of %s\n", name, size.text);
		break;
	case RECOAT_BENCH_TO:
		fprintf(file, "%s pays up to a size of %s\n", name, size.text);
		break;
	case RECOAT_BENCH_ALWAYS:
		fprintf(file, "%s was faster than %s at every size that could be judged\n", name,
			first);
		break;
	case RECOAT_BENCH_NEVER:
		fprintf(file, "%s was slower than %s at every size that could be judged\n", name,
			first);
		break;
	case RECOAT_BENCH_UNDECIDED:
		fprintf(file, "%s against %s: the data show no crossing\n", name, first);
		break;
	}
}

static void print_crossings(const struct recoat_bench *bench, FILE *file)
{
	size_t kernels = bench->config.kernels ? bench->config.kernels : 1;

	if (bench->variants < 2 || !bench->config.sizes)
		return;
	fprintf(file, "\nWHICH CHAIN PAYS WHERE: where the curves of the medians meet\n");
	for (size_t i = 0; i < kernels * (bench->variants - 1); i++)
		print_crossing(bench, &bench->crossing[i], file);
}

/* ---- Threads. ---- */

static void add_threads(struct recoat_table *table, const struct recoat_bench *bench,
			const struct recoat_bench_cell *cell)
{
	const struct recoat_bench_variant *variant = &bench->variant[cell->variant];
	double speedup = recoat_bench_speedup(bench, cell);

	if (isnan(speedup))
		return;
	recoat_table_cell(table, "%s", kernel_of(bench, cell));
	recoat_table_cell(table, "%s", recoat_format_short((double)size_of(bench, cell)).text);
	recoat_table_cell(table, "%s", bench->config.chain[variant->chain]);
	recoat_table_cell(table, "%" PRIu64, variant->threads);
	recoat_table_cell(table, "%.2f", speedup);
	recoat_table_cell(table, "%.0f%%", 100 * recoat_bench_efficiency(bench, cell));
}

static void print_threads(const struct recoat_bench *bench, size_t width, FILE *file)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT},   {"size", RECOAT_RIGHT},    {"chain", RECOAT_LEFT},
		{"threads", RECOAT_RIGHT}, {"speedup", RECOAT_RIGHT}, {"efficiency", RECOAT_RIGHT},
	};
	struct recoat_table *table;
	bool any = false;

	for (size_t v = 0; v < bench->variants; v++)
		any |= bench->variant[v].threads != 0;
	if (!any)
		return;
	table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	for (size_t i = 0; i < bench->cells; i++)
		add_threads(table, bench, &bench->cell[i]);
	fprintf(file, "\nTHREADS: speedup against the fewest, at one size\n");
	recoat_table_print(table, file, width);
	recoat_table_destroy(table);
}

void recoat_bench_text(const struct recoat_bench *bench, size_t width, FILE *file)
{
	fprintf(file, "%s; %s; recoat %s\n", bench->host, bench->date, bench->version);
	if (bench->config.command)
		fprintf(file, "command: %s\n", bench->config.command);
	fprintf(file, "\nTIME of %s a run; peak of the heap, the highest of all runs\n",
		bench->config.kernels ? "the kernel" : "the program");
	print_cells(bench, width, file);
	print_scaling(bench, width, file);
	print_crossings(bench, file);
	print_threads(bench, width, file);
}

/* ---- CSV. ---- */

static void put_field(const char *text, FILE *file)
{
	if (!strpbrk(text, "\",\r\n")) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (; *text; text++)
		fprintf(file, *text == '"' ? "\"\"" : "%c", *text);
	putc('"', file);
}

static void put_number(double value, FILE *file)
{
	putc(',', file);
	if (isfinite(value))
		fprintf(file, "%.12g", value);
}

void recoat_bench_csv(const struct recoat_bench *bench, FILE *file)
{
	static const char *const states[] = {"missing", "measured", "estimated"};

	fputs("kernel,size,n,chain,threads,state,runs,mean_ns,std_ns,min_ns,median_ns,max_ns,"
	      "n_per_s,peak_bytes\r\n",
	      file);
	for (size_t i = 0; i < bench->cells; i++) {
		const struct recoat_bench_cell *cell = &bench->cell[i];
		const struct recoat_bench_variant *variant = &bench->variant[cell->variant];
		struct recoat_summary time = recoat_summarise(cell->time, cell->samples);
		bool measured = cell->state == RECOAT_BENCH_MEASURED;
		bool estimated = cell->state == RECOAT_BENCH_ESTIMATED;
		double median = measured ? time.median : estimated ? cell->estimate : NAN;

		put_field(kernel_of(bench, cell), file);
		put_number(bench->config.sizes ? (double)size_of(bench, cell) : NAN, file);
		put_number(cell->problem > 0 ? cell->problem : NAN, file);
		putc(',', file);
		put_field(variant->name, file);
		put_number(variant->threads ? (double)variant->threads : NAN, file);
		fprintf(file, ",%s,%zu", states[cell->state], time.count);
		put_number(measured ? time.mean : NAN, file);
		put_number(measured ? time.deviation : NAN, file);
		put_number(measured ? time.min : NAN, file);
		put_number(median, file);
		put_number(measured ? time.max : NAN, file);
		put_number(measured ? recoat_bench_rate(bench, cell, median) : NAN, file);
		put_number(recoat_bench_peak(cell), file);
		fputs("\r\n", file);
	}
}
