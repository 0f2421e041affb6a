/* SPDX-License-Identifier: Apache-2.0 */
/* The heap streams: counters of the heap and of mappings, and snapshots. */
#include "analyzer/load_state.h"

#include <errno.h>

#include "analyzer/error.h"

static void take_heap_total(struct recoat_load *load, const struct recoat_heap_total *event)
{
	struct recoat_process *process = load->process;
	int64_t peak_time = recoat_load_time(load, event->peak_time);

	load->heap_epoch = (uint32_t)event->epoch;
	process->has_heap = true;
	process->heap_live = event->live;
	process->heap_peak = event->peak;
	if (peak_time > process->first)
		process->heap_peak_time = (uint64_t)peak_time - (uint64_t)process->first;
}

/* A shard whose epoch is before the peak's has not changed the path since: now is as then. */
static void take_heap_path(struct recoat_load *load, const struct recoat_heap_path *event)
{
	struct recoat_heap_counts counts = {.allocations = event->allocations,
					    .bytes = event->bytes,
					    .frees = event->frees,
					    .freed_bytes = event->freed_bytes,
					    .temporary = event->temporary,
					    .at_peak = event->at_peak};

	if (load->model->filter) {
		load->model->left_out.heap = true;
		return;
	}
	if (!load->process->has_heap || recoat_epoch_before(event->epoch, load->heap_epoch))
		counts.at_peak = recoat_heap_counts_live(&counts);
	recoat_heap_counts_add(&load->model->cct.node[recoat_load_node(load, event->path)].heap,
			       &counts);
}

int recoat_load_end_snapshot(struct recoat_load *load)
{
	if (!load->paths_due)
		return 0;
	return recoat_error_set(load->error, -EINVAL,
				"%s: a heap_snapshot without its last %u call paths, expected "
				"heap_live events for all",
				load->process->trace, load->paths_due);
}

static int take_heap_snapshot(struct recoat_load *load, uint64_t ticks,
			      const struct recoat_heap_snapshot *event)
{
	const struct recoat_snapshot snapshot = {
		.time = (uint64_t)recoat_load_time(load, ticks) - (uint64_t)load->process->first,
		.live = event->live,
		.blocks = event->blocks,
		.rest_paths = event->rest_paths,
		.rest_bytes = event->rest_bytes,
		.rest_blocks = event->rest_blocks,
	};
	int result = recoat_load_end_snapshot(load);

	load->paths_due = event->paths;
	recoat_load_see_time(load, recoat_load_time(load, ticks));
	recoat_snapshots_add(&load->process->snapshots, &snapshot);
	return result;
}

static int take_heap_live(struct recoat_load *load, const struct recoat_heap_live *event)
{
	const struct recoat_held held = {
		.node = recoat_load_node(load, event->path),
		.bytes = event->bytes,
		.blocks = event->blocks,
	};
	struct recoat_snapshots *snapshots = &load->process->snapshots;

	if (!load->paths_due)
		return recoat_error_set(load->error, -EINVAL,
					"%s: a heap_live event of call path %u, expected no more "
					"than the heap_snapshot before says",
					load->process->trace, event->path);
	load->paths_due--;
	recoat_snapshot_hold(&snapshots->at[snapshots->count - 1], &held);
	return 0;
}

/* ---- Mappings. ---- */

static int take_mapping_path(struct recoat_load *load, const struct recoat_mapping_path *event)
{
	struct recoat_heap_counts counts = {.allocations = event->mappings,
					    .bytes = event->bytes,
					    .freed_bytes = event->unmapped_bytes,
					    .at_peak = (int64_t)event->peak};

	if (event->kind >= RECOAT_MAPPING_KINDS)
		return recoat_error_set(load->error, -EINVAL,
					"%s: a mapping of kind %u, expected one below %u",
					load->process->trace, event->kind, RECOAT_MAPPING_KINDS);
	if (load->model->filter) {
		load->model->left_out.mappings = true;
		return 0;
	}
	recoat_mappings_add(&load->model->mappings, recoat_load_node(load, event->path),
			    event->kind, &counts);
	return 0;
}

static void take_mapping_total(struct recoat_load *load, const struct recoat_mapping_total *event)
{
	struct recoat_process *process = load->process;
	int64_t peak_time = recoat_load_time(load, event->peak_time);

	process->mapped_live = event->live;
	process->mapped_peak = event->peak;
	if (peak_time > process->first)
		process->mapped_peak_time = (uint64_t)peak_time - (uint64_t)process->first;
}

/* ---- All of them. ---- */

int recoat_load_heap_event(struct recoat_load *load, const struct recoat_event *event)
{
	switch (event->key) {
	case RECOAT_KEY_heap_path:
		take_heap_path(load, &event->as.heap_path);
		break;
	case RECOAT_KEY_heap_total:
		take_heap_total(load, &event->as.heap_total);
		break;
	case RECOAT_KEY_heap_snapshot:
		return take_heap_snapshot(load, event->time, &event->as.heap_snapshot);
	case RECOAT_KEY_heap_live:
		return take_heap_live(load, &event->as.heap_live);
	case RECOAT_KEY_mapping_path:
		return take_mapping_path(load, &event->as.mapping_path);
	case RECOAT_KEY_mapping_total:
		take_mapping_total(load, &event->as.mapping_total);
		break;
	}
	return 0;
}
