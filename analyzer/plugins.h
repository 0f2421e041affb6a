/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording says about plugins, summed over all processes. */
#ifndef RECOAT_PLUGINS_H
#define RECOAT_PLUGINS_H

#include <stddef.h>
#include <stdint.h>

struct recoat_counter;
struct recoat_mismatch;
struct recoat_plugin_note;
struct recoat_strings;

/* Texts in the order in which they came, each once, with how often. */
struct recoat_plugin_texts {
	struct recoat_plugin_text {
		const char *text;
		uint64_t count;
	} * at;
	size_t count, room;
};

/* Of the processes' values: the sum, or the highest if the name ends with _peak. */
struct recoat_plugin_sum {
	const char *name;
	int64_t value;
};

/* Mismatches in one kernel. */
struct recoat_plugin_mismatches {
	const char *kernel, *abi;
	uint64_t calls;             /* That were not as they should be, */
	uint64_t values, differing; /* over these. */
	double max_absolute, max_relative;
	uint64_t size;    /* The problem size of the first of them, */
	const char *what; /* and what it began with. */
};

struct recoat_plugin_row {
	const char *name, *version, *options;
	struct recoat_plugin_texts refused, unswapped, log;
	struct recoat_plugin_sum *counter;
	size_t counters, counter_room;
	struct recoat_plugin_mismatches *mismatch;
	size_t mismatches, mismatch_room;
};

/* Start with all zero. Strings belong to the model. */
struct recoat_plugins {
	struct recoat_plugin_row *row;
	size_t count, room;
};

void recoat_plugins_fini(struct recoat_plugins *plugins);

/* Take an event of a process. */
void recoat_plugins_take_note(struct recoat_plugins *plugins, struct recoat_strings *strings,
			      const struct recoat_plugin_note *event);
void recoat_plugins_take_counter(struct recoat_plugins *plugins, struct recoat_strings *strings,
				 const struct recoat_counter *event);
void recoat_plugins_take_mismatch(struct recoat_plugins *plugins, struct recoat_strings *strings,
				  const struct recoat_mismatch *event);

#endif
