/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of a report as JSON. Private to the files report_json*.c and report_html*.c. */
#ifndef RECOAT_REPORT_JSON_H
#define RECOAT_REPORT_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "analyzer/cct.h"
#include "analyzer/lifetimes.h"
#include "analyzer/memory.h"
#include "analyzer/report.h"
#include "analyzer/snapshots.h"
#include "analyzer/symbols.h"

struct recoat_kernel_row;
struct recoat_plugin_row;
struct recoat_process;

/* Texts of a recording need not be UTF-8; what is not becomes one '?' a byte. */
static inline json_t *text(const char *from)
{
	json_t *json = json_string(from ? from : "");
	char *clean;

	if (json)
		return json;
	clean = recoat_strdup(from);
	for (char *at = clean; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	json = json_string(clean);
	free(clean);
	return json;
}

/* Text, or null where there is none. */
static inline json_t *text_or_null(const char *from)
{
	return from && *from ? text(from) : json_null();
}

static inline json_t *number(uint64_t value)
{
	return json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value));
}

static inline json_t *signed_number(int64_t value)
{
	return json_integer((json_int_t)value);
}

static inline json_t *texts(const char *const *from, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, text(from[i]));
	return array;
}

/* Print one value and give it up. */
static inline void put(FILE *file, json_t *json)
{
	json_dumpf(json, file, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
	json_decref(json);
}

/* `"name": [`, elements by put_element(), `]`. */
static inline void begin_list(FILE *file, const char *name)
{
	fprintf(file, ",\n\"%s\": [", name);
}

static inline void put_element(FILE *file, size_t index, json_t *json)
{
	fputs(index ? ",\n  " : "\n  ", file);
	put(file, json);
}

static inline void end_list(FILE *file)
{
	fputs("\n]", file);
}

static inline void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static inline void set_heap(json_t *object, const struct recoat_heap_counts *heap)
{
	set(object, "allocations", number(heap->allocations));
	set(object, "bytes", number(heap->bytes));
	set(object, "frees", number(heap->frees));
	set(object, "freed_bytes", number(heap->freed_bytes));
	set(object, "live_bytes", signed_number(recoat_heap_counts_live(heap)));
	set(object, "temporary", number(heap->temporary));
	set(object, "at_peak_bytes", signed_number(heap->at_peak));
}

static inline void set_cpu(json_t *object, const struct recoat_cpu_counts *cpu)
{
	set(object, "cpu_samples", number(cpu->samples));
	set(object, "cpu_sampled_ns", number(cpu->time));
}

static inline void set_call(json_t *object, const struct recoat_call *call)
{
	set(object, "function", text(call->function));
	set(object, "known", json_boolean(call->known));
	set(object, "file", text_or_null(call->file));
	set(object, "line", call->line ? number((uint64_t)call->line) : json_null());
}

/* The members that are sums over the whole run, with a comma before each. */
void recoat_report_json_totals(const struct recoat_report *report, FILE *file);

/* The members "filter" and "threads", with a comma before each. */
void recoat_report_json_filter(const struct recoat_report *report, FILE *file);

/* A row of processes. */
json_t *recoat_report_json_process(const struct recoat_process *process);

/* A row of kernels. */
json_t *recoat_report_json_kernel(const struct recoat_kernel_row *row);

/* The members "sizes" and "lifetimes" of a site. */
void recoat_report_json_lifetimes(json_t *object, const struct recoat_lifetimes *lifetimes);

/* The snapshots of a process; call paths are numbers of the member "call_paths". */
json_t *recoat_report_json_snapshots(const struct recoat_snapshots *snapshots);

/* A site of mappings of one kind. */
json_t *recoat_report_json_mapping(const struct recoat_site *site, uint32_t kind);

/* The member "mappings": what was mapped, kind by kind and site by site. */
void recoat_report_json_mappings(const struct recoat_report *report, FILE *file);

/* A plugin; and the member "plugins", all of them. */
json_t *recoat_report_json_plugin(const struct recoat_report *report,
				  const struct recoat_plugin_row *row);
void recoat_report_json_plugins(const struct recoat_report *report, FILE *file);

#endif
