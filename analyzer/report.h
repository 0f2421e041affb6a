/* SPDX-License-Identifier: Apache-2.0 */
/* The renderers of `recoat report`. */
#ifndef RECOAT_REPORT_H
#define RECOAT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analyzer/functions.h"
#include "analyzer/report_sort.h"
#include "analyzer/sites.h"

struct recoat_error;
struct recoat_model;
struct recoat_process;

struct recoat_report {
	struct recoat_model *model; /* Rendering adds strings to it. */
	struct recoat_symbols *symbols;
	const char *path; /* Of the recording. */
	enum recoat_site_order order;
	enum recoat_function_order function_order;
	struct recoat_sorts sorts; /* Of tables of text, besides the two. */
	size_t limit;              /* Rows of a table, lines of a tree; 0: no limit. */
	size_t depth;              /* Calls below each other that a tree shows; 0: no limit. */
	const char *kernels;       /* Only those whose names match this glob; NULL: all. */
	const size_t *column;      /* Columns of the table of kernels, NULL: all; see below. */
	size_t columns;
	double least; /* Percent of the whole below which a tree is pruned. */
	size_t width; /* Columns of the page, 0: any. */
};

/* What was run, where, for how long, and how it ended. */
void recoat_report_header(const struct recoat_report *report, FILE *file);

/* Which part of the recording that is, and what is missing in it; nothing if it is all. */
void recoat_report_filter(const struct recoat_report *report, FILE *file);

/* Is the heap over time that of what the report is of? That of one thread is not known. */
bool recoat_report_has_heap(const struct recoat_report *report);

/* Arguments in one line, those with blanks in quotes; for the caller to free. */
char *recoat_report_command(const struct recoat_process *process);

/* How a process ended, in a word or two. */
const char *recoat_report_ending(const struct recoat_process *process);

/* ", estimated from samples" behind the title of what shows memory, or "" if it is exact. */
const char *recoat_report_estimated(const struct recoat_report *report);

/* The tables of kernels, of functions by CPU samples, and of allocation sites. */
void recoat_report_kernels(const struct recoat_report *report, FILE *file);
void recoat_report_functions(const struct recoat_report *report, FILE *file);
void recoat_report_sites(const struct recoat_report *report, FILE *file);

/* The table of operations: what kernels are for, and their time. */
void recoat_report_operations(const struct recoat_report *report, FILE *file);

/* Is this kernel to be shown? */
bool recoat_report_has_kernel(const struct recoat_report *report, const char *kernel);

/*
 * The numbers of the columns of the table of kernels that `names` lists by their titles, with
 * commas between them; `chosen` has room for RECOAT_KERNEL_COLUMNS. Returns how many, or 0 if one
 * is unknown or there twice, which becomes `*bad`, of `*length` bytes.
 */
#define RECOAT_KERNEL_COLUMNS 13
size_t recoat_report_find_columns(const char *names, size_t *chosen, const char **bad,
				  size_t *length);

/* The table of sizes and lifetimes, nothing without a heap trace. */
void recoat_report_lifetimes(const struct recoat_report *report, FILE *file);

/* The table of mappings, nothing if there are none. */
void recoat_report_mappings(const struct recoat_report *report, FILE *file);

/* What plugins did and found, nothing without any. */
void recoat_report_plugins(const struct recoat_report *report, FILE *file);

/* A site in words, and who called it on its largest path; both for the caller to free. */
char *recoat_site_label(const struct recoat_site *site);
char *recoat_site_callers(const struct recoat_report *report, const struct recoat_site *site);

/* Call trees. */
void recoat_report_time_tree(const struct recoat_report *report, FILE *file);
void recoat_report_cpu_tree(const struct recoat_report *report, FILE *file);
void recoat_report_memory_tree(const struct recoat_report *report, FILE *file);

/* Live memory and running kernels over time. */
void recoat_report_timeline(const struct recoat_report *report, FILE *file);

/* What was live at some moments of the run, nothing if there are no snapshots. */
void recoat_report_snapshots(const struct recoat_report *report, FILE *file);

/* Who held more or less at the end of a part than at its begin, as far as snapshots tell. */
void recoat_report_growth(const struct recoat_report *report, FILE *file);

/* What the figures rest on, and what is missing. */
void recoat_report_footer(const struct recoat_report *report, FILE *file);

/*
 * Everything as JSON, in the form that recoat-report(1) describes; written piece by piece,
 * so that memory does not grow with the recording.
 */
void recoat_report_json(const struct recoat_report *report, FILE *file);

/*
 * The same as one page for a browser in the file `path`, which is replaced once all is written;
 * it needs no other file and no network. 0, or -errno with the error filled and no file left.
 */
int recoat_report_html(const struct recoat_report *report, const char *path,
		       struct recoat_error *error);

#endif
