/* SPDX-License-Identifier: Apache-2.0 */
/* A process as JSON. */
#include "analyzer/report_json.h"

#include "analyzer/model.h"

static json_t *losses(const struct recoat_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->losses; i++) {
		json_t *loss = json_object();

		set(loss, "reason", text(process->loss[i].reason));
		set(loss, "count", number(process->loss[i].count));
		json_array_append_new(array, loss);
	}
	return array;
}

static json_t *samples(const struct recoat_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->samples; i++) {
		json_t *sample = json_array();

		json_array_append_new(sample, number(process->sample[i].time));
		json_array_append_new(sample, number(process->sample[i].live));
		json_array_append_new(sample, number(process->sample[i].peak));
		json_array_append_new(array, sample);
	}
	return array;
}

static json_t *path_counts(const struct recoat_process *process)
{
	const struct recoat_call_path_counts *counts = &process->path_counts;
	json_t *object = json_object();

	set(object, "lookups", number(counts->lookups));
	set(object, "unwound", number(counts->unwound));
	set(object, "verified", number(counts->verified));
	set(object, "disagreements", number(counts->disagreements));
	set(object, "incomplete", number(counts->incomplete));
	set(object, "truncated", number(counts->truncated));
	set(object, "completed", number(process->paths_completed));
	set(object, "completed_by", text_or_null(process->paths_library));
	return object;
}

json_t *recoat_report_json_process(const struct recoat_process *process)
{
	json_t *object = json_object();

	set(object, "trace", text(process->trace));
	set(object, "pid", number(process->pid));
	set(object, "parent_pid", number(process->parent_pid));
	set(object, "forked", json_boolean(process->forked));
	set(object, "ended_cleanly", json_boolean(process->ended));
	set(object, "replaced_by_exec", json_boolean(process->exec_seen));
	set(object, "program", text(process->program));
	set(object, "arguments", texts(process->argument, process->arguments));
	set(object, "directory", text(process->directory));
	set(object, "settings", texts(process->setting, process->settings));
	set(object, "recoat_version", text(process->version));
	set(object, "host", text(process->host));
	set(object, "kernel", text(process->kernel));
	set(object, "machine", text(process->machine));
	set(object, "processors", number(process->processors));
	set(object, "start_ns", signed_number(process->start_real));
	set(object, "wall_ns", number(recoat_process_duration(process)));
	set(object, "user_ns", number(process->user_time));
	set(object, "system_ns", number(process->system_time));
	set(object, "max_resident_bytes", number(process->max_resident));
	set(object, "heap_recorded", json_boolean(process->has_heap));
	set(object, "heap_estimated", json_boolean(process->heap_period));
	set(object, "heap_sample_period_bytes", number(process->heap_period));
	set(object, "heap_traced", json_boolean(process->heap_traced));
	set(object, "frees_of_unknown_blocks", number(process->strangers));
	set(object, "lost_frees", number(process->overlaps));
	set(object, "heap_shards", number(process->heap_shards));
	set(object, "heap_live_bytes", signed_number(process->heap_live));
	set(object, "heap_peak_bytes", signed_number(process->heap_peak));
	set(object, "heap_peak_ns", number(process->heap_peak_time));
	set(object, "heap_samples", samples(process));
	set(object, "heap_snapshots", recoat_report_json_snapshots(&process->snapshots));
	set(object, "cpu_period_ns", number(process->cpu_period));
	set(object, "cpu_signal", number(process->cpu_signal));
	set(object, "cpu_stopped", text_or_null(process->cpu_stopped));
	set_cpu(object, &process->cpu);
	set(object, "cpu_in_runtime_ns", number(process->cpu_in_runtime));
	set(object, "cpu_lost_ns", number(process->cpu_lost));
	set(object, "mapped_bytes", number(process->mapped_live));
	set(object, "mapped_peak_bytes", number(process->mapped_peak));
	set(object, "mapped_peak_ns", number(process->mapped_peak_time));
	set(object, "events", number(process->events));
	set(object, "call_path_counts", path_counts(process));
	set(object, "dropped_events", number(process->packet_drops));
	set(object, "dropped", losses(process));
	return object;
}
