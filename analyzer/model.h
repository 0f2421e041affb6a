/* SPDX-License-Identifier: Apache-2.0 */
/* The model: what all processes of a run did, merged and ready to be shown. */
#ifndef RECOAT_MODEL_H
#define RECOAT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/cct.h"
#include "analyzer/filter.h"
#include "analyzer/histograms.h"
#include "analyzer/lanes.h"
#include "analyzer/lifetimes.h"
#include "analyzer/mappings.h"
#include "analyzer/plugins.h"
#include "analyzer/packed.h"
#include "analyzer/snapshots.h"
#include "analyzer/span_totals.h"
#include "analyzer/spans.h"
#include "analyzer/strings.h"
#include "analyzer/threads.h"
#include "analyzer/timeline.h"
#include "recoat/recording.h"

struct recoat_error;

/* A kernel and who served it; spans of one implementation in all processes are one row. */
struct recoat_kernel_row {
	const char *kernel, *operation, *abi, *implementation;
	const char *symbol, *mechanism; /* Of the link that was seen first. */
	/*
	 * Sums over all spans, but time, CPU time and memory of those only that are not
	 * nested in one of the same row, so that recursion is not counted twice.
	 */
	struct recoat_span_sums sums;
	uint64_t self_time;           /* Exclusive, over all. */
	struct recoat_cpu_counts cpu; /* Samples while it was the innermost kernel. */
};

struct recoat_refusal {
	const char *kernel, *symbol, *module, *reason;
};

struct recoat_loss {
	const char *reason;
	uint64_t count;
};

/* The heap at one moment: nanoseconds since the process's start, bytes. */
struct recoat_heap_point {
	uint64_t time;
	uint64_t live;
	uint64_t peak;
};

/* Facts of one process. Times in nanoseconds; strings belong to the model. */
struct recoat_process {
	const char *trace; /* Its directory. */
	uint32_t pid, parent_pid;
	bool forked;
	bool ended;     /* A process_end was seen: nothing was cut off. */
	bool exec_seen; /* Another one with this pid began later: exec replaced this one. */
	const char *program, *directory, *version;
	const char *host, *kernel, *machine;
	uint32_t processors;
	const char **argument;
	size_t arguments, argument_room;
	const char **setting; /* NAME=VALUE */
	size_t settings, setting_room;
	int64_t start_real;  /* Since the epoch. */
	int64_t first, last; /* Of all its events, since the epoch. */
	uint64_t user_time, system_time;
	uint64_t max_resident;
	bool has_heap;        /* heap_total was seen. */
	uint64_t heap_period; /* Bytes between samples, 0: all of the heap was recorded. */
	bool heap_traced;     /* Every event was recorded: figures are worked out from them. */
	uint64_t strangers, overlaps; /* See replay.h. */
	size_t heap_shards;           /* Threads at one time that allocated. */
	int64_t heap_live, heap_peak;
	uint64_t heap_peak_time;                    /* Since `first`. */
	uint64_t mapped_live, mapped_peak;          /* Bytes mapped by mmap, mremap, brk. */
	uint64_t mapped_peak_time;                  /* Since `first`. */
	uint64_t packet_drops;                      /* Events dropped, as the packets count them. */
	struct recoat_call_path_counts path_counts; /* All 0 unless it ended by itself, */
	uint64_t paths_completed;                   /* as is this: paths by another unwinder, */
	const char *paths_library;                  /* which is empty if it was not opened. */
	/* CPU sampling; all 0 if there was none. */
	uint64_t cpu_period;
	unsigned cpu_signal;
	const char *cpu_stopped;      /* Why there are none, or no more; empty if that is not so. */
	struct recoat_cpu_counts cpu; /* All of it, also what is on no call path: */
	uint64_t cpu_in_runtime, cpu_lost; /* nanoseconds. */
	struct recoat_loss *loss;
	size_t losses, loss_room;
	struct recoat_heap_point *sample; /* Thinned out where there are many. */
	size_t samples, sample_room;
	struct recoat_snapshots snapshots;
	uint64_t events;
};

/* What a filter leaves out since the recording does not say when it was, or whose. */
struct recoat_left_out {
	uint64_t summed_calls; /* Of kernels, that were summed up as they ended. */
	bool heap;             /* Call paths of the heap are counters: see RECOAT_HEAP=trace. */
	bool cpu;              /* CPU samples are. */
	bool mappings, plugins;
};

struct recoat_model {
	const struct recoat_filter *filter; /* Borrowed; NULL: all of the recording is here. */
	struct recoat_left_out left_out;
	struct recoat_threads threads;
	struct recoat_strings strings;
	struct recoat_cct cct;
	struct recoat_spans spans;
	struct recoat_timeline timeline; /* Of top-level spans, by number of `kernel`. */
	bool has_lanes;
	struct recoat_lanes lanes; /* Of all spans, by thread; empty unless asked for. */
	struct recoat_kernel_row *kernel;
	size_t kernels, kernel_room;
	struct recoat_map kernel_index;
	struct recoat_histograms histograms; /* By kernel. */
	struct recoat_span_totals totals;    /* Of the trace that is being read. */
	struct recoat_process *process;      /* In order of their start. */
	size_t processes, process_room;
	struct recoat_refusal *refusal;
	size_t refusals, refusal_room;
	struct recoat_heap_counts heap;          /* Sum over all paths. */
	struct recoat_cpu_counts cpu;            /* Likewise. */
	struct recoat_lifetimes_table lifetimes; /* From heap traces. */
	struct recoat_mappings mappings;         /* Not part of the heap. */
	struct recoat_plugins plugins;
	struct recoat_packed packed; /* Names that came with the recording. */
	char *extracted;             /* Where the archive was unpacked, or NULL. */
	uint64_t unknown_paths;      /* Events whose call path was never recorded. */
	uint64_t events;
	size_t unusable; /* Processes that were killed before they wrote anything. */
};

/* Called now and then while loading: bytes read of all. May be NULL. */
typedef void recoat_progress(uint64_t done, uint64_t total);

/*
 * Read the recording at `path`, a directory or an archive of it, into a new model, which the caller
 * destroys. All streams of all processes are read once; memory is bounded by the number of
 * different call paths and, for a heap trace, by the blocks that are live at a time and one packet
 * a stream, and for snapshots, by what a process may write of them (docs/recording-format.md). 0,
 * or -errno with `error` filled and no model.
 */
int recoat_model_create(struct recoat_model **model, const char *path, recoat_progress *progress,
			struct recoat_error *error);

/* The same with `lanes`, which takes a tenth longer where there are many spans. */
int recoat_model_create_with_lanes(struct recoat_model **model, const char *path,
				   recoat_progress *progress, struct recoat_error *error);

/*
 * The same of a part, if the filter asks for one. It is found in a model of the whole first, so
 * this takes twice as long. What is known of processes is that of all of the recording, but for the
 * heap where `heap_traced`. The filter is borrowed.
 */
int recoat_model_create_part(struct recoat_model **model, const char *path,
			     struct recoat_filter *filter, recoat_progress *progress,
			     struct recoat_error *error);

void recoat_model_destroy(struct recoat_model *model);

/* From the first event of the process to the last, in nanoseconds. */
static inline uint64_t recoat_process_duration(const struct recoat_process *process)
{
	return (uint64_t)process->last - (uint64_t)process->first;
}

/* When the first event of any process was, in nanoseconds since the epoch. */
int64_t recoat_model_origin(const struct recoat_model *model);

/* From the first event of any process to the last, in nanoseconds. */
uint64_t recoat_model_duration(const struct recoat_model *model);

/* Bytes between samples of the most coarsely sampled process; 0 if all figures are exact. */
uint64_t recoat_model_heap_period(const struct recoat_model *model);

/* Sums over top-level spans, those in no other. */
struct recoat_span_sums recoat_model_span_total(const struct recoat_model *model);

#endif
