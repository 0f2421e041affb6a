/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of memory that is not in the counters of allocation sites. */
#include "analyzer/report_json.h"

#include "analyzer/model.h"

/* Counts by class, up to the last that is not 0. */
static json_t *histogram(const uint64_t *counts, unsigned classes)
{
	json_t *array = json_array();

	while (classes && !counts[classes - 1])
		classes--;
	for (unsigned i = 0; i < classes; i++)
		json_array_append_new(array, number(counts[i]));
	return array;
}

void recoat_report_json_lifetimes(json_t *object, const struct recoat_lifetimes *lifetimes)
{
	set(object, "sizes", histogram(lifetimes->size, RECOAT_SIZE_CLASSES));
	set(object, "lifetimes_ms", histogram(lifetimes->lifetime, RECOAT_LIFETIME_CLASSES));
}

static json_t *snapshot_json(const struct recoat_snapshot *snapshot)
{
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct recoat_held *held = &snapshot->held[i];
		json_t *row = json_array();

		json_array_append_new(row, number(held->node));
		json_array_append_new(row, number(held->bytes));
		json_array_append_new(row, number(held->blocks));
		json_array_append_new(array, row);
	}
	set(object, "ns", number(snapshot->time));
	set(object, "live_bytes", number(snapshot->live));
	set(object, "live_blocks", number(snapshot->blocks));
	set(object, "rest_call_paths", number(snapshot->rest_paths));
	set(object, "rest_bytes", number(snapshot->rest_bytes));
	set(object, "rest_blocks", number(snapshot->rest_blocks));
	set(object, "held", array);
	return object;
}

json_t *recoat_report_json_snapshots(const struct recoat_snapshots *snapshots)
{
	json_t *array = json_array();

	for (size_t i = 0; i < snapshots->count; i++)
		json_array_append_new(array, snapshot_json(&snapshots->at[i]));
	return array;
}

json_t *recoat_report_json_mapping(const struct recoat_site *site, uint32_t kind)
{
	json_t *object = json_object();

	set(object, "kind", text(recoat_mapping_kind_name(kind)));
	set_call(object, &site->call);
	set(object, "module", text_or_null(site->module));
	set(object, "call_paths", number(site->paths));
	set(object, "largest_call_path", number(site->node));
	set(object, "mappings", number(site->heap.allocations));
	set(object, "bytes", number(site->heap.bytes));
	set(object, "unmapped_bytes", number(site->heap.freed_bytes));
	set(object, "live_bytes", signed_number(recoat_heap_counts_live(&site->heap)));
	set(object, "peak_bytes", signed_number(site->heap.at_peak));
	return object;
}

/* The elements of one kind; returns the index of the next one. */
static size_t put_kind(const struct recoat_report *report, FILE *file, uint32_t kind, size_t index)
{
	struct recoat_sites sites;

	recoat_sites_create_mappings(&sites, report->model, report->symbols, kind);
	for (size_t i = 0; i < sites.count; i++)
		put_element(file, index++, recoat_report_json_mapping(&sites.at[i], kind));
	recoat_sites_destroy(&sites);
	return index;
}

void recoat_report_json_mappings(const struct recoat_report *report, FILE *file)
{
	size_t index = 0;

	begin_list(file, "mappings");
	for (uint32_t kind = 0; kind < RECOAT_MAPPING_KINDS; kind++)
		index = put_kind(report, file, kind, index);
	end_list(file);
}
