/* SPDX-License-Identifier: Apache-2.0 */
/* The process stream: facts, modules, links and call paths. */
#include "analyzer/load_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

#define SAMPLES_MAX 4096

static const char *intern(struct recoat_load *load, const char *text)
{
	return recoat_strings_intern(&load->model->strings, text);
}

static void take_start(struct recoat_load *load, const struct recoat_process_start *event)
{
	struct recoat_process *process = load->process;

	load->started = true;
	process->pid = event->pid;
	process->parent_pid = event->parent_pid;
	process->forked = event->forked;
	process->start_real = (int64_t)event->start_real;
	process->program = intern(load, event->program);
	process->directory = intern(load, event->directory);
	process->version = intern(load, event->version);
}

static void take_host(struct recoat_load *load, const struct recoat_host *event)
{
	load->process->host = intern(load, event->name);
	load->process->kernel = intern(load, event->kernel);
	load->process->machine = intern(load, event->machine);
	load->process->processors = event->processors;
}

static void take_argument(struct recoat_load *load, const struct recoat_argument *event)
{
	struct recoat_process *process = load->process;

	process->argument = recoat_grow(process->argument, process->arguments,
					&process->argument_room, sizeof(*process->argument));
	process->argument[process->arguments++] = intern(load, event->value);
}

static void take_setting(struct recoat_load *load, const struct recoat_setting *event)
{
	struct recoat_process *process = load->process;
	char *text = recoat_asprintf("%s=%s", event->name, event->value);

	process->setting = recoat_grow(process->setting, process->settings, &process->setting_room,
				       sizeof(*process->setting));
	process->setting[process->settings++] = intern(load, text);
	free(text);
}

static int take_module(struct recoat_load *load, const struct recoat_module_load *event)
{
	struct recoat_mapping mapping = {
		.start = event->start, .end = event->end, .bias = event->bias};

	if (event->start >= event->end)
		return recoat_error_set(load->error, -EINVAL,
					"%s: module %s is mapped from 0x%" PRIx64 " to 0x%" PRIx64
					", expected the end above the start",
					load->process->trace, event->path, event->start,
					event->end);
	mapping.module = recoat_cct_module(&load->model->cct, event->path, event->build_id);
	recoat_maps_load(&load->maps, &mapping);
	return 0;
}

/* A return address stands behind its call, so what is looked up is the byte before. */
static uint32_t frame_of(struct recoat_load *load, uint64_t ip)
{
	const struct recoat_mapping *mapping = recoat_maps_borrow(&load->maps, ip - 1);

	if (!mapping)
		return recoat_cct_frame(&load->model->cct, 0, ip - 1);
	return recoat_cct_frame(&load->model->cct, mapping->module, ip - 1 - mapping->bias);
}

uint32_t recoat_load_unknown_node(struct recoat_load *load, uint32_t node)
{
	if (node == RECOAT_PATH_ROOT || node == RECOAT_PATH_UNKNOWN)
		return RECOAT_ROOT;
	load->model->unknown_paths++;
	return RECOAT_ROOT;
}

/* Frames of the runtime itself are left out: their callers' node stands for them. */
static void take_call_path(struct recoat_load *load, const struct recoat_call_path *event)
{
	struct recoat_cct *cct = &load->model->cct;
	uint32_t parent = recoat_load_node(load, event->parent);
	uint32_t frame = frame_of(load, event->ip);

	if (!cct->module[cct->frame[frame].module].own)
		parent = recoat_cct_node(cct, parent, frame);
	recoat_numbers_put(&load->node, event->node, parent);
}

/* The row of this kernel and implementation, added if it is new. */
static uint32_t kernel_row(struct recoat_load *load, const struct recoat_kernel_link *event)
{
	struct recoat_model *model = load->model;
	char *key = recoat_asprintf("%s\n%s\n%s", event->kernel, event->abi, event->implementation);
	uint64_t a = (uintptr_t)intern(load, key);
	uint32_t found = recoat_map_get(&model->kernel_index, a, 0);

	free(key);
	if (found != RECOAT_NONE)
		return found;
	model->kernel = recoat_grow(model->kernel, model->kernels, &model->kernel_room,
				    sizeof(*model->kernel));
	model->kernel[model->kernels] = (struct recoat_kernel_row){
		.kernel = intern(load, event->kernel),
		.operation = intern(load, event->operation),
		.abi = intern(load, event->abi),
		.implementation = intern(load, event->implementation),
		.symbol = intern(load, event->symbol),
		.mechanism = intern(load, event->mechanism),
	};
	recoat_map_put(&model->kernel_index, a, 0, (uint32_t)model->kernels);
	return (uint32_t)model->kernels++;
}

/* Samples are halved when there are too many, and from then on every second one is kept. */
void recoat_load_heap_point(struct recoat_load *load, const struct recoat_heap_point *point)
{
	struct recoat_process *process = load->process;

	if (load->samples_seen++ % load->sample_step)
		return;
	if (process->samples == SAMPLES_MAX) {
		for (size_t i = 0; i < SAMPLES_MAX / 2; i++)
			process->sample[i] = process->sample[2 * i];
		process->samples = SAMPLES_MAX / 2;
		load->sample_step *= 2;
	}
	process->sample = recoat_grow(process->sample, process->samples, &process->sample_room,
				      sizeof(*process->sample));
	process->sample[process->samples++] = *point;
}

static void take_heap_sample(struct recoat_load *load, const struct recoat_event *event)
{
	const struct recoat_heap_point point = {
		.time = (uint64_t)recoat_load_time(load, event->time) -
			(uint64_t)load->process->first,
		.live = event->as.heap_sample.live,
		.peak = event->as.heap_sample.peak,
	};

	/* The heap is that of all threads. */
	if (load->model->filter && load->model->filter->threads)
		return;
	recoat_load_heap_point(load, &point);
}

static void take_heap_recording(struct recoat_load *load, const struct recoat_heap_recording *event)
{
	load->process->heap_period = event->period;
	load->process->heap_traced = !strcmp(event->level, "trace");
	load->process->has_heap |= load->process->heap_traced;
}

/* Counts are totals so far: a later one of the same reason replaces the earlier. */
static void take_dropped(struct recoat_load *load, const struct recoat_dropped *event)
{
	struct recoat_process *process = load->process;
	const char *reason = intern(load, event->reason);
	size_t i = 0;

	while (i < process->losses && process->loss[i].reason != reason)
		i++;
	if (i == process->losses) {
		process->loss = recoat_grow(process->loss, process->losses, &process->loss_room,
					    sizeof(*process->loss));
		process->losses++;
	}
	process->loss[i] = (struct recoat_loss){.reason = reason, .count = event->count};
}

static void take_refusal(struct recoat_load *load, const struct recoat_hook_refused *event)
{
	struct recoat_model *model = load->model;

	model->refusal = recoat_grow(model->refusal, model->refusals, &model->refusal_room,
				     sizeof(*model->refusal));
	model->refusal[model->refusals++] = (struct recoat_refusal){
		.kernel = intern(load, event->kernel),
		.symbol = intern(load, event->symbol),
		.module = intern(load, event->module),
		.reason = intern(load, event->reason),
	};
}

static void take_sampling(struct recoat_load *load, const struct recoat_cpu_sampling *event)
{
	load->process->cpu_period = event->period_ns;
	load->process->cpu_signal = event->signal;
	load->process->cpu_stopped = intern(load, event->stopped);
}

static void take_end(struct recoat_load *load, const struct recoat_process_end *event)
{
	load->process->ended = true;
	load->process->user_time = event->user_time;
	load->process->system_time = event->system_time;
	load->process->max_resident = event->max_resident;
}

/* Counters are as of the end, of all threads: there are none of a part. */
static void take_counter(struct recoat_load *load, const struct recoat_counter *event)
{
	struct recoat_model *model = load->model;

	if (model->filter)
		model->left_out.plugins = true;
	else
		recoat_plugins_take_counter(&model->plugins, &model->strings, event);
}

/* All counters of an object are there from the start; who never counted is not told of. */
static void take_plugin_count(struct recoat_load *load, const struct recoat_plugin_count *event)
{
	const struct recoat_counter counter = {
		.plugin = event->plugin, .name = event->name, .value = event->value};

	if (event->value)
		take_counter(load, &counter);
}

/* What a plugin found wrong is of no thread. */
static void take_mismatch(struct recoat_load *load, const struct recoat_mismatch *event)
{
	struct recoat_model *model = load->model;

	if (model->filter)
		model->left_out.plugins = true;
	else
		recoat_plugins_take_mismatch(&model->plugins, &model->strings, event);
}

int recoat_load_process_event(struct recoat_load *load, const struct recoat_event *event)
{
	switch (event->key) {
	case RECOAT_KEY_process_start:
		take_start(load, &event->as.process_start);
		break;
	case RECOAT_KEY_host:
		take_host(load, &event->as.host);
		break;
	case RECOAT_KEY_argument:
		take_argument(load, &event->as.argument);
		break;
	case RECOAT_KEY_setting:
		take_setting(load, &event->as.setting);
		break;
	case RECOAT_KEY_module_load:
		return take_module(load, &event->as.module_load);
	case RECOAT_KEY_module_unload:
		recoat_maps_unload(&load->maps, event->as.module_unload.start);
		break;
	case RECOAT_KEY_kernel_link:
		recoat_numbers_put(&load->link, event->as.kernel_link.link,
				   kernel_row(load, &event->as.kernel_link));
		break;
	case RECOAT_KEY_call_path:
		take_call_path(load, &event->as.call_path);
		break;
	case RECOAT_KEY_heap_sample:
		take_heap_sample(load, event);
		break;
	case RECOAT_KEY_dropped:
		take_dropped(load, &event->as.dropped);
		break;
	case RECOAT_KEY_hook_refused:
		take_refusal(load, &event->as.hook_refused);
		break;
	case RECOAT_KEY_call_path_counts:
		load->process->path_counts = event->as.call_path_counts;
		break;
	case RECOAT_KEY_call_path_fallback:
		load->process->paths_completed = event->as.call_path_fallback.completed;
		load->process->paths_library = intern(load, event->as.call_path_fallback.library);
		break;
	case RECOAT_KEY_cpu_sampling:
		take_sampling(load, &event->as.cpu_sampling);
		break;
	case RECOAT_KEY_heap_recording:
		take_heap_recording(load, &event->as.heap_recording);
		break;
	case RECOAT_KEY_thread_name:
		recoat_threads_see(&load->model->threads, event->as.thread_name.tid)->name =
			intern(load, event->as.thread_name.name);
		break;
	case RECOAT_KEY_plugin_note:
		recoat_plugins_take_note(&load->model->plugins, &load->model->strings,
					 &event->as.plugin_note);
		break;
	case RECOAT_KEY_counter:
		take_counter(load, &event->as.counter);
		break;
	case RECOAT_KEY_plugin_count:
		take_plugin_count(load, &event->as.plugin_count);
		break;
	case RECOAT_KEY_mismatch:
		take_mismatch(load, &event->as.mismatch);
		break;
	case RECOAT_KEY_process_end:
		take_end(load, &event->as.process_end);
		break;
	}
	return 0;
}
