/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons as text. */
#include "analyzer/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/comparison.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/table.h"

#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static const char *const titles[RECOAT_METRICS] = {
	"TIME", "CPU TIME", "PEAK OF THE HEAP", "ALLOCATIONS", "ALLOCATED BYTES",
};

static struct recoat_number format_value(unsigned metric, double value)
{
	struct recoat_number none = {"-"};

	if (isnan(value))
		return none;
	if (metric == RECOAT_METRIC_ALLOCATIONS)
		return recoat_format_count((uint64_t)value);
	if (metric == RECOAT_METRIC_TIME || metric == RECOAT_METRIC_CPU)
		return recoat_format_time((uint64_t)value);
	return recoat_format_bytes((int64_t)value);
}

static struct recoat_number format_ratio(double ratio)
{
	struct recoat_number text = {"-"};

	if (isfinite(ratio))
		snprintf(text.text, sizeof(text.text), ratio < 99.95 ? "%.3f" : "%.0f", ratio);
	return text;
}

static struct recoat_number format_between(const struct recoat_interval *between)
{
	struct recoat_number text = {"-"};

	if (isfinite(between->low) && isfinite(between->high))
		snprintf(text.text, sizeof(text.text), "%.10s to %.10s",
			 format_ratio(between->low).text, format_ratio(between->high).text);
	return text;
}

static struct recoat_number format_p(const struct recoat_contrast *contrast)
{
	struct recoat_number text = {"-"};

	if (contrast->verdict == RECOAT_TOO_FEW)
		return text;
	if (contrast->p < 0.0001)
		snprintf(text.text, sizeof(text.text), "<0.0001");
	else
		snprintf(text.text, sizeof(text.text), "%.4f", contrast->p);
	return text;
}

/* Is there anything to show? */
static bool is_known(const struct recoat_comparison_row *row, unsigned metric)
{
	const double *median = row->metric[metric].median;

	return median[0] > 0 || median[1] > 0;
}

/* ---- Two sides. ---- */

static void cell_name(struct recoat_table *table, const struct recoat_comparison_row *row)
{
	recoat_table_cell(table, "%s%s", row->kind == RECOAT_DIGEST_OPERATION ? "operation: " : "",
			  row->name);
}

static void add_row(struct recoat_table *table, const struct recoat_comparison_row *row,
		    unsigned metric)
{
	const struct recoat_contrast *contrast = &row->metric[metric];
	bool by_call = row->by_call && metric == RECOAT_METRIC_TIME;

	cell_name(table, row);
	recoat_table_cell(table, "%zu+%zu %s", contrast->samples[0], contrast->samples[1],
			  by_call ? "calls" : "runs");
	for (unsigned s = 0; s < 2; s++)
		recoat_table_cell(table, "%s", format_value(metric, contrast->median[s]).text);
	recoat_table_cell(table, "%s", format_ratio(contrast->ratio).text);
	recoat_table_cell(table, "%s", format_between(&contrast->between).text);
	recoat_table_cell(table, "%s", format_p(contrast).text);
	recoat_table_cell(table, "%s",
			  row->presence == RECOAT_APPEARED ? "appeared"
			  : row->presence == RECOAT_VANISHED
				  ? "vanished"
				  : recoat_verdict_word(contrast->verdict, metric));
}

static void note_servers(struct recoat_table *table, const struct recoat_comparison_row *row)
{
	char *text;

	if (row->kind != RECOAT_DIGEST_KERNEL || row->presence != RECOAT_IN_BOTH ||
	    !strcmp(row->served[0], row->served[1]))
		return;
	text = recoat_asprintf("served by %s, then by %s", row->served[0], row->served[1]);
	recoat_table_note(table, text);
	free(text);
}

static bool ends_with(const char *line, size_t length, const char *word)
{
	size_t letters = strlen(word);

	return length > letters && line[length - letters - 1] == ' ' &&
	       !strncmp(line + length - letters, word, letters);
}

static const char *colour_of(const char *line, size_t length)
{
	static const char *const good[] = {"faster", "smaller", "fewer"};
	static const char *const bad[] = {"slower", "larger", "more"};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (ends_with(line, length, good[i]))
			return GREEN;
		if (ends_with(line, length, bad[i]))
			return RED;
	}
	return NULL;
}

/* Print a table; on a terminal, lines that end with a verdict are coloured. */
static void print_table(const struct recoat_table *table, const struct recoat_compare_page *page,
			FILE *file)
{
	char *text = NULL;
	size_t length = 0;
	FILE *buffer = page->colour ? open_memstream(&text, &length) : NULL;

	if (!buffer) {
		recoat_table_print(table, file, page->width);
		return;
	}
	recoat_table_print(table, buffer, page->width);
	fclose(buffer);
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *colour = colour_of(line, (size_t)(end - line));

		fprintf(file, "%s%.*s%s\n", colour ? colour : "", (int)(end - line), line,
			colour ? PLAIN : "");
	}
	free(text);
}

static void print_metric(const struct recoat_comparison *comparison, unsigned metric,
			 const struct recoat_compare_page *page, FILE *file)
{
	static const struct recoat_column column[] = {
		{"", RECOAT_LEFT},
		{"samples", RECOAT_RIGHT},
		{"before", RECOAT_RIGHT},
		{"after", RECOAT_RIGHT},
		{"after/before", RECOAT_RIGHT},
		{"95% interval", RECOAT_RIGHT},
		{"p", RECOAT_RIGHT},
		{"verdict", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	size_t shown = 0, left_out = 0;

	for (size_t i = 0; i < comparison->rows; i++) {
		if (!is_known(&comparison->row[i], metric))
			continue;
		if (page->limit && shown >= page->limit) {
			left_out++;
			continue;
		}
		add_row(table, &comparison->row[i], metric);
		note_servers(table, &comparison->row[i]);
		shown++;
	}
	if (shown) {
		fprintf(file, "\n%s\n", titles[metric]);
		print_table(table, page, file);
	}
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
}

static void print_sides(const struct recoat_comparison *comparison, FILE *file)
{
	for (unsigned s = 0; s < 2; s++) {
		fputs(s ? "after: " : "before:", file);
		for (size_t i = 0; i < comparison->recordings[s]; i++) {
			char *path = recoat_strdup(comparison->side[s][i].path);

			fprintf(file, " %s", recoat_format_clean(path));
			free(path);
		}
		putc('\n', file);
	}
}

static void print_method(FILE *file)
{
	fprintf(file,
		"\nFigures are medians. The interval is of the ratio of medians, by %u bootstrap "
		"resamples;\np by the rank sum test of Mann and Whitney. A difference is one with "
		"p below %g and an\ninterval on one side of 1; it takes %u samples a side.\n",
		RECOAT_BOOTSTRAP_RESAMPLES, RECOAT_P_LEAST, RECOAT_SAMPLES_LEAST);
}

static bool is_by_call(const struct recoat_comparison *comparison)
{
	for (size_t i = 0; i < comparison->rows; i++)
		if (comparison->row[i].by_call)
			return true;
	return false;
}

void recoat_compare_text(const struct recoat_comparison *comparison,
			 const struct recoat_compare_page *page, FILE *file)
{
	print_sides(comparison, file);
	for (unsigned m = 0; m < RECOAT_METRICS; m++)
		print_metric(comparison, m, page, file);
	print_method(file);
	if (is_by_call(comparison))
		fprintf(file, "One recording a side: kernels are compared by single calls, which "
			      "within one run are not\nindependent, so p is too small and the "
			      "interval too narrow. Several recordings a side are better.\n");
}

/* ---- Several sets. ---- */

/* `25.1 ms (0.50 faster)` */
static void cell_method(struct recoat_table *table, const struct recoat_comparison_row *row,
			unsigned metric, bool first)
{
	const struct recoat_contrast *contrast = row ? &row->metric[metric] : NULL;

	if (!row || !(contrast->median[1] >= 0) || row->presence == RECOAT_VANISHED)
		recoat_table_cell(table, "-");
	else if (first || row->presence == RECOAT_APPEARED)
		recoat_table_cell(table, "%s", format_value(metric, contrast->median[1]).text);
	else
		recoat_table_cell(table, "%s x%s%s", format_value(metric, contrast->median[1]).text,
				  format_ratio(contrast->ratio).text,
				  contrast->verdict == RECOAT_TOO_FEW ? " ?"
				  : contrast->verdict == RECOAT_SAME  ? " ="
								      : "");
}

static const struct recoat_comparison_row *find_row(const struct recoat_comparison *comparison,
						    const struct recoat_comparison_row *like)
{
	for (size_t i = 0; i < comparison->rows; i++)
		if (comparison->row[i].kind == like->kind &&
		    !strcmp(comparison->row[i].name, like->name))
			return &comparison->row[i];
	return NULL;
}

/* Was the row in an earlier comparison? Then its line is there. */
static bool is_repeated(const struct recoat_methods *methods, size_t set,
			const struct recoat_comparison_row *row)
{
	for (size_t i = 0; i < set; i++)
		if (find_row(&methods->with[i], row))
			return true;
	return false;
}

static void print_methods_metric(const struct recoat_methods *methods, unsigned metric,
				 const struct recoat_compare_page *page, FILE *file)
{
	struct recoat_column *column = recoat_calloc(methods->count + 1, sizeof(*column));
	struct recoat_table *table;

	column[0] = (struct recoat_column){"", RECOAT_LEFT};
	for (size_t m = 0; m < methods->count; m++)
		column[m + 1] = (struct recoat_column){methods->name[m], RECOAT_RIGHT};
	table = recoat_table_create(column, methods->count + 1);
	for (size_t m = 0; m < methods->count; m++)
		for (size_t r = 0; r < methods->with[m].rows; r++) {
			const struct recoat_comparison_row *row = &methods->with[m].row[r];

			if (is_repeated(methods, m, row) || !is_known(row, metric))
				continue;
			cell_name(table, row);
			for (size_t c = 0; c < methods->count; c++)
				cell_method(table, find_row(&methods->with[c], row), metric, !c);
		}
	fprintf(file, "\n%s\n", titles[metric]);
	recoat_table_print(table, file, page->width);
	recoat_table_destroy(table);
	free(column);
}

void recoat_compare_methods_text(const struct recoat_methods *methods,
				 const struct recoat_compare_page *page, FILE *file)
{
	fprintf(file, "Medians a run; x: ratio to %s; =: no difference shown; ?: too few samples\n",
		methods->name[0]);
	print_methods_metric(methods, RECOAT_METRIC_TIME, page, file);
	print_methods_metric(methods, RECOAT_METRIC_PEAK, page, file);
}
