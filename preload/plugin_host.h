/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins in the target: opened at start, or when a kernel of their ABI has been found. */
#ifndef RECOAT_PLUGIN_HOST_H
#define RECOAT_PLUGIN_HOST_H

/*
 * A plugin has one object for all ABI tags, and may have one more for each tag. Objects are
 * opened where the loader may be called: in the constructor, and at the end of the interposed
 * dlopen, dlsym and dlclose. Kernels are found inside dl_iterate_phdr, where it may not; so an
 * object that is needed is only noted there, with its place in the chain kept free.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugins/check/check.h"
#include "plugins/check/list.h"
#include "plugins/check/options.h"
#include "preload/plugin_counters.h"
#include "recoat/plugin.h"

struct recoat_kernel;

#define RECOAT_PLUGIN_COUNTERS_MAX 32

/* An open object. The plugin holds the address of `host`, which is this struct's. */
struct recoat_plugin_object {
	struct recoat_plugin_host host;
	const struct recoat_plugin *plugin;
	const char *name;    /* The plugin's. */
	const char *options; /* As the user wrote them. */
	char file[PATH_MAX];
	bool starting; /* init() runs, before the target does: it may talk. */
	bool in_init;
	uint32_t number; /* Of all objects, in the order in which they were opened. */
	uint32_t counters;
	struct recoat_plugin_counter counter[RECOAT_PLUGIN_COUNTERS_MAX];
	struct recoat_plugin_counter nowhere; /* For those beyond. */
	struct recoat_plugin_counter memory, memory_peak, mismatches;
	_Atomic int64_t held; /* Bytes, as `memory` says. */
	struct recoat_plugin_values values;
	_Atomic bool placed[RECOAT_PLUGIN_SWAPS_MAX];
	struct recoat_plugin_kernel kernel[RECOAT_PLUGIN_SWAPS_MAX];
};

/*
 * Open the plugins of `list` (RECOAT_PLUGINS) from the directories of `path`. Of one that cannot
 * serve, a line on stderr says why, and the target runs without it. At start, once, with the
 * recording open.
 */
void recoat_plugins_start(const char *list, const char *path);

/* Those of the list, outermost first, whether they serve or not. */
uint32_t recoat_plugins_count(void);
const char *recoat_plugins_name(uint32_t number);
bool recoat_plugins_serves(uint32_t number);

enum recoat_plugin_has {
	RECOAT_PLUGIN_HAS_NOT,
	RECOAT_PLUGIN_HAS,
	RECOAT_PLUGIN_MAY_HAVE, /* Not known before its object for the ABI has been opened. */
};

/* Where an implementation was found. */
struct recoat_plugin_place {
	struct recoat_plugin_object *object;
	uint32_t swap;
};

/*
 * Does plugin `number` implement the kernel? The object that would tell is noted, to be opened
 * next time. Any lock but the process lock may be held; one thread at a time.
 */
enum recoat_plugin_has recoat_plugins_look(uint32_t number, const struct recoat_kernel *kernel,
					   struct recoat_plugin_place *place);

/* Tell the plugin what its implementation was put before. `symbol` is kept. */
void recoat_plugins_placed(const struct recoat_plugin_place *place,
			   const struct recoat_kernel *kernel, const char *symbol);

/*
 * Open the objects that were noted, and put what they have into the chains. Where the loader
 * may be called; the thread is busy. Costs a load if there are none: false then, else the link
 * map has changed.
 */
bool recoat_plugins_open_noted(void);

/* Around fork: the plugins' own functions. Process lock not held. */
void recoat_plugins_fork(enum recoat_plugin_fork moment);

/* fini() of all, when the process ends by itself. */
void recoat_plugins_end(void);

/* The counters are to be complete: the process ends. */
void recoat_plugins_settle_counters(void);

/* In a forked child, before its parent's recording is unmapped: count anew. */
void recoat_plugins_forget_counters(void);

/* Write the notes again, and the counters, into the recording of a forked child. */
void recoat_plugins_repeat(void);

/* Write a plugin_note event. Any thread that is busy, or that does not hold the process lock. */
void recoat_plugins_note(const char *plugin, const char *kind, const char *text);

/* Fill in object->host, the functions that are offered, and begin to count: plugin_services.c. */
void recoat_plugin_services(struct recoat_plugin_object *object);

#endif
