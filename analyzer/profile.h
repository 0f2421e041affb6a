/* SPDX-License-Identifier: Apache-2.0 */
/* Call paths with what they hold, for other tools: every one, so that sums are exact. */
#ifndef RECOAT_PROFILE_H
#define RECOAT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

struct recoat_model;
struct recoat_profile;
struct recoat_symbols;

#define RECOAT_PROFILE_COLUMNS_MAX 5

/* One figure that a call path has. */
struct recoat_profile_column {
	const char *name; /* As --value takes it. */
	const char *unit; /* "nanoseconds", "bytes" or "count". */
	const char *title;
};

/* Columns that one profile has together. */
struct recoat_profile_kind {
	struct recoat_profile_column column[RECOAT_PROFILE_COLUMNS_MAX];
	unsigned columns;
	void (*fill)(struct recoat_profile *profile, struct recoat_model *model,
		     struct recoat_symbols *symbols);
};

/* A function, or a line of it if lines are told apart. Strings belong to the model. */
struct recoat_profile_frame {
	const char *function; /* A kernel stands in <>. */
	const char *module;   /* Path of the file; empty where there is none. */
	const char *file;     /* Of the source; NULL if not known. */
	int line;             /* 0 if not known or if lines are not told apart. */
};

struct recoat_profile_node {
	uint32_t parent; /* A smaller number, except that the root, 0, is its own. */
	uint32_t frame;
	int64_t self[RECOAT_PROFILE_COLUMNS_MAX]; /* Of just this path. */
};

struct recoat_profile {
	const struct recoat_profile_kind *kind;
	unsigned chosen; /* The column that was asked for. */
	bool lines;
	struct recoat_profile_frame *frame; /* The first is the program, the root's. */
	size_t frames, frame_room;
	struct recoat_profile_node *node;
	size_t nodes, node_room;
	struct recoat_map functions, places, children; /* To frames and nodes. */
};

/*
 * The figure `value` of every call path, with those that belong to it. Values: time and calls of
 * kernels; cpu and samples; bytes, allocations, peak, leaked and temporary. With `lines`, frames
 * are told apart by their line too. False if there is no such value, and then no profile.
 */
bool recoat_profile_create(struct recoat_profile *profile, struct recoat_model *model,
			   struct recoat_symbols *symbols, const char *value, bool lines);
void recoat_profile_destroy(struct recoat_profile *profile);

/* Is there such a value? */
bool recoat_profile_has(const char *value);

/* Values of one column with all nodes below, for the caller to free. */
int64_t *recoat_profile_totals(const struct recoat_profile *profile, unsigned column);

#endif
