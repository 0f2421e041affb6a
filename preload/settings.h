/* SPDX-License-Identifier: Apache-2.0 */
/* What the environment asks for: the RECOAT_* variables, read once at start. */
#ifndef RECOAT_SETTINGS_H
#define RECOAT_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "recoat/heap_level.h"

enum recoat_unwinder {
	RECOAT_UNWIND_CACHE,     /* Our own, behind the stack cache. */
	RECOAT_UNWIND_VERIFY,    /* The same, with every hit of the cache unwound again. */
	RECOAT_UNWIND_LIBUNWIND, /* libunwind, each time. */
	RECOAT_UNWIND_COMPLETE,  /* Our own, with libunwind opened at start for the rest. */
};

enum recoat_spans_setting {
	RECOAT_SPANS_AUTO,      /* Each, until a link is called often; then sums and a sample. */
	RECOAT_SPANS_ALL,       /* Each. */
	RECOAT_SPANS_AGGREGATE, /* Sums by call path. */
	RECOAT_SPANS_OFF,       /* Calls go straight on. */
};

struct recoat_settings {
	char output[PATH_MAX];           /* RECOAT_OUTPUT with %p and %e replaced; absolute. */
	char kernel_path[PATH_MAX];      /* RECOAT_KERNEL_PATH and the installed directory. */
	char debug_path[PATH_MAX];       /* RECOAT_DEBUG_PATH: the directory of debug files. */
	char kernels[1024];              /* RECOAT_KERNELS, globs; empty: all. */
	char plugins[4096];              /* RECOAT_PLUGINS, as it is. */
	char plugin_path[PATH_MAX];      /* RECOAT_PLUGIN_PATH and the installed directory. */
	struct recoat_heap_setting heap; /* RECOAT_HEAP. */
	enum recoat_unwinder unwinder;   /* RECOAT_UNWIND. */
	unsigned cpu_rate;               /* RECOAT_CPU: samples a second of CPU time; 0: none. */
	enum recoat_spans_setting spans; /* RECOAT_SPANS. */
	bool follow;                     /* RECOAT_FOLLOW: record children too. */
};

/*
 * Read the environment. False with one sentence in `problem` if a value cannot be used;
 * the target then runs unprofiled. Call before the target has threads.
 */
bool recoat_settings_read(struct recoat_settings *settings, char *problem, size_t problem_size);

/* Base name of the running executable, "unknown" if it cannot be told. Never NULL. */
const char *recoat_program_name(void);

/* Path of the running executable, resolved; empty if it cannot be told. */
const char *recoat_program_path(void);

#endif
