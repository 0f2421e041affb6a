/* SPDX-License-Identifier: Apache-2.0 */
/* The recording of this process: its directory, its metadata and the process stream. */
#ifndef RECOAT_PRELOAD_RECORDING_H
#define RECOAT_PRELOAD_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/lock.h"
#include "preload/put.h"
#include "preload/settings.h"

/*
 * The process stream has many writers: take recoat_process_lock around every recoat_put_*()
 * on it and around what must keep its order with such events (call-path nodes, modules).
 */
extern struct recoat_lock recoat_process_lock;
extern struct recoat_stream recoat_process_stream;

/*
 * Create the directory, the metadata and the process stream, and write the facts of this
 * process. `forked` says whether it came from fork. False with a sentence in `problem`.
 */
bool recoat_recording_start(const struct recoat_settings *settings, bool forked, char *problem,
			    size_t problem_size);

/*
 * Calibrate the clock of spans and write it into the metadata. Before the first span, and
 * again, more exactly, at the end.
 */
void recoat_recording_calibrate(void);

/* Write the closing facts. The streams stay usable: other threads may still be running. */
void recoat_recording_end(void);

/* In a forked child: forget the parent's recording, which is unmapped already. */
void recoat_recording_reset(void);

/* Count one thing that could not be recorded. Any thread; async-signal-safe. */
enum recoat_drop {
	RECOAT_DROP_THREADS,   /* No memory for a thread's state. */
	RECOAT_DROP_COUNTERS,  /* No room for counters: disk full or directory gone. */
	RECOAT_DROP_POINTERS,  /* No memory for the pointer table. */
	RECOAT_DROP_PATHS,     /* Call paths truncated because the tree is full. */
	RECOAT_DROP_SPANS,     /* Spans nested too deeply, or their stream is gone. */
	RECOAT_DROP_SAMPLES,   /* CPU samples whose path or counter could not be stored. */
	RECOAT_DROP_TIMERS,    /* Threads that have no timer: the system allows no more. */
	RECOAT_DROP_TRACE,     /* A thread's trace stream cannot be opened. */
	RECOAT_DROP_SNAPSHOTS, /* Snapshots of the heap that found no room. */
	RECOAT_DROP_REASONS
};
void recoat_drop(enum recoat_drop reason);

#endif
