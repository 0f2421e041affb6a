/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation sites: call paths summed up by the innermost function that is of interest. */
#ifndef RECOAT_SITES_H
#define RECOAT_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/cct.h"
#include "analyzer/symbols.h"

struct recoat_lifetimes;
struct recoat_model;
struct recoat_snapshot;

/* A line of code that allocated, whoever called it. */
struct recoat_site {
	struct recoat_call call;
	const char *module; /* Path of its file. */
	bool unnamed;       /* It happened in callees that the same file has no names for. */
	struct recoat_heap_counts heap;
	uint32_t paths;                     /* Number of call paths. */
	uint32_t node;                      /* The one that allocated the most bytes, */
	uint64_t node_bytes;                /* and how many. */
	struct recoat_lifetimes *lifetimes; /* NULL unless a trace tells them. */
};

enum recoat_site_order {
	RECOAT_BY_BYTES,
	RECOAT_BY_COUNT,
	RECOAT_BY_PEAK,
	RECOAT_BY_LEAKED,
	RECOAT_BY_TEMPORARY,
	RECOAT_SITE_ORDERS,
};

/* Names of the orders, as an option takes them. */
extern const char *const recoat_site_order_names[RECOAT_SITE_ORDERS];

struct recoat_sites {
	struct recoat_site *at;
	size_t count, room;
};

/* What a site has of that by which it is ordered. */
int64_t recoat_heap_counts_value(const struct recoat_heap_counts *counts,
				 enum recoat_site_order order);

/*
 * Sum up all call paths that allocated, largest first. Functions that only pass memory on
 * (malloc and its kin, operator new, the standard containers, xmalloc) are no sites as long
 * as there is another one above them. A function without a name is not one either if it was
 * called by one of the same file that has a name.
 */
void recoat_sites_create(struct recoat_sites *sites, const struct recoat_model *model,
			 struct recoat_symbols *symbols, enum recoat_site_order order);

/* The same for mappings of one kind, largest first. */
void recoat_sites_create_mappings(struct recoat_sites *sites, const struct recoat_model *model,
				  struct recoat_symbols *symbols, uint32_t kind);

/* Who held a snapshot, largest first; of the counts, bytes and allocations are what was live. */
void recoat_sites_create_held(struct recoat_sites *sites, const struct recoat_model *model,
			      struct recoat_symbols *symbols,
			      const struct recoat_snapshot *snapshot);

void recoat_sites_destroy(struct recoat_sites *sites);

/* Does this function only pass memory on? */
bool recoat_is_allocator(const char *function);

/* Does this function only start the program, before main()? */
bool recoat_is_startup(const char *function);

/* The calls at a frame of the model, innermost first. */
struct recoat_calls recoat_frame_calls(const struct recoat_model *model,
				       struct recoat_symbols *symbols, uint32_t frame);

/* The name under which a call is shown: all functions of a file that have none are `[file]`. */
const char *recoat_call_label(struct recoat_model *model, const struct recoat_call *call,
			      const char *module);

/* `<kernel>`, or `<kernel> by implementation` if another one than the original served. */
const char *recoat_kernel_label(struct recoat_model *model, uint32_t kernel);

#endif
