/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation sites. */
#include "analyzer/sites.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/lifetimes.h"
#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"

const char *const recoat_site_order_names[RECOAT_SITE_ORDERS] = {"bytes", "count", "peak", "leaked",
								 "temporary"};

/* How many callers are looked at for a better name; recursion may make paths very long. */
#define CALLERS_MAX 64

/* Sorted by strcmp(). */
static const char *const allocators[] = {
	"CRYPTO_malloc",
	"CRYPTO_realloc",
	"CRYPTO_zalloc",
	"Perl_calloc",
	"Perl_malloc",
	"Perl_realloc",
	"Perl_safesyscalloc",
	"Perl_safesysmalloc",
	"Perl_safesysrealloc",
	"PyMem_Calloc",
	"PyMem_Malloc",
	"PyMem_RawCalloc",
	"PyMem_RawMalloc",
	"PyMem_RawRealloc",
	"PyMem_Realloc",
	"PyObject_Calloc",
	"PyObject_Malloc",
	"PyObject_Realloc",
	"_PyMem_RawCalloc",
	"_PyMem_RawMalloc",
	"_PyMem_RawRealloc",
	"_PyObject_Calloc",
	"_PyObject_Malloc",
	"_PyObject_Realloc",
	"__libc_calloc",
	"__libc_malloc",
	"__libc_realloc",
	"__strdup",
	"__strndup",
	"aligned_alloc",
	"calloc",
	"do_xmalloc",
	"g_malloc",
	"g_malloc0",
	"g_malloc0_n",
	"g_malloc_n",
	"g_realloc",
	"g_realloc_n",
	"g_try_malloc",
	"malloc",
	"memalign",
	"posix_memalign",
	"pvalloc",
	"realloc",
	"reallocarray",
	"sqlite3Malloc",
	"sqlite3MemMalloc",
	"sqlite3MemRealloc",
	"sqlite3Realloc",
	"sqlite3_malloc",
	"sqlite3_malloc64",
	"sqlite3_realloc",
	"sqlite3_realloc64",
	"strdup",
	"strndup",
	"valloc",
	"xcalloc",
	"xmalloc",
	"xmallocz",
	"xmemdup",
	"xrealloc",
	"xstrdup",
	"xstrndup",
	"xzalloc",
};

static const char *const prefixes[] = {"operator new", "std::", "__gnu_cxx::", "void std::"};

static int compare_names(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

bool recoat_is_allocator(const char *function)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(function, prefixes[i], strlen(prefixes[i])))
			return true;
	return bsearch(function, allocators, sizeof(allocators) / sizeof(*allocators),
		       sizeof(*allocators), compare_names);
}

bool recoat_is_startup(const char *function)
{
	return !strcmp(function, "_start") || !strncmp(function, "__libc_start_", 13);
}

/* Was a name found for the outermost call, where the recording was packed? */
static bool has_name(const struct recoat_calls *calls)
{
	return calls->count && calls->at[calls->count - 1].known;
}

struct recoat_calls recoat_frame_calls(const struct recoat_model *model,
				       struct recoat_symbols *symbols, uint32_t frame)
{
	const struct recoat_frame *at = &model->cct.frame[frame];
	const struct recoat_module *module = &model->cct.module[at->module];

	if (frame < model->packed.count && has_name(&model->packed.at[frame])) {
		recoat_symbols_check(symbols, module->path, module->build_id);
		return model->packed.at[frame];
	}
	return recoat_symbols_find(symbols, module->path, module->build_id, at->offset);
}

/* Intern a text and give it up. */
static const char *keep(struct recoat_model *model, char *text)
{
	const char *kept = recoat_strings_intern(&model->strings, text);

	free(text);
	return kept;
}

const char *recoat_call_label(struct recoat_model *model, const struct recoat_call *call,
			      const char *module)
{
	if (call->known || !*module)
		return call->function;
	return keep(model, recoat_asprintf("[%s]", recoat_module_name(module)));
}

const char *recoat_kernel_label(struct recoat_model *model, uint32_t kernel)
{
	const struct recoat_kernel_row *row = &model->kernel[kernel];

	if (!strcmp(row->implementation, "original"))
		return keep(model, recoat_asprintf("<%s>", row->kernel));
	return keep(model, recoat_asprintf("<%s> by %s", row->kernel, row->implementation));
}

int64_t recoat_heap_counts_value(const struct recoat_heap_counts *counts,
				 enum recoat_site_order order)
{
	switch (order) {
	case RECOAT_BY_COUNT:
		return (int64_t)counts->allocations;
	case RECOAT_BY_PEAK:
		return counts->at_peak;
	case RECOAT_BY_LEAKED:
		return recoat_heap_counts_live(counts);
	case RECOAT_BY_TEMPORARY:
		return (int64_t)counts->temporary;
	default:
		return (int64_t)counts->bytes;
	}
}

/* What is needed while sites are found. */
struct search {
	struct recoat_sites *sites;
	const struct recoat_model *model;
	struct recoat_symbols *symbols;
	struct recoat_map index; /* (function and line, file) to a site. */
};

/* A call found on a path. */
struct place {
	struct recoat_call call;
	uint32_t frame; /* RECOAT_NONE if the path has no frames. */
	bool unnamed;
};

/* The innermost call of interest at one frame, NULL if there is none. */
static const struct recoat_call *interesting(const struct recoat_calls *calls)
{
	for (size_t i = 0; i < calls->count; i++)
		if (!recoat_is_allocator(calls->at[i].function))
			return &calls->at[i];
	return NULL;
}

static struct recoat_calls calls_of(const struct search *search, uint32_t node)
{
	return recoat_frame_calls(search->model, search->symbols,
				  search->model->cct.node[node].frame);
}

static uint32_t module_of(const struct search *search, uint32_t node)
{
	const struct recoat_cct *cct = &search->model->cct;

	return cct->frame[cct->node[node].frame].module;
}

/* `node` has no name: look for a caller in the same file that has one. */
static bool find_named(const struct search *search, uint32_t node, struct place *place)
{
	const struct recoat_node *nodes = search->model->cct.node;
	uint32_t module = module_of(search, node);

	for (int i = 0; i < CALLERS_MAX; i++) {
		struct recoat_calls calls;
		const struct recoat_call *call;

		node = nodes[node].parent;
		if (node == RECOAT_ROOT || module_of(search, node) != module)
			return false;
		calls = calls_of(search, node);
		call = interesting(&calls);
		if (!call || !call->known)
			continue;
		*place = (struct place){.call = *call, .frame = nodes[node].frame, .unnamed = true};
		return true;
	}
	return false;
}

/* The innermost call of interest on the way from `node` to the root. */
static struct place find_place(const struct search *search, uint32_t node)
{
	const struct recoat_node *nodes = search->model->cct.node;
	struct place place = {.call = {.function = "[unknown call path]"}, .frame = RECOAT_NONE};
	int left = CALLERS_MAX;

	for (uint32_t at = node; at != RECOAT_ROOT && left--; at = nodes[at].parent) {
		struct recoat_calls calls = calls_of(search, at);
		const struct recoat_call *call = interesting(&calls);

		if (!call && at != node)
			continue;
		place.call = call ? *call : calls.at[0];
		place.frame = nodes[at].frame;
		if (!call)
			continue;
		if (!call->known)
			find_named(search, at, &place);
		break;
	}
	return place;
}

static struct recoat_site *find_site(struct search *search, const struct place *place)
{
	struct recoat_sites *sites = search->sites;
	const struct recoat_cct *cct = &search->model->cct;
	const struct recoat_call *call = &place->call;
	const char *module = place->frame == RECOAT_NONE
				     ? ""
				     : cct->module[cct->frame[place->frame].module].path;
	/* Addresses of user space leave the upper 16 bits to the halves of the line number. */
	uint64_t a = (uintptr_t)call->function ^ (uint64_t)(unsigned)call->line << 48;
	uint64_t b = ((uintptr_t)(call->file ? call->file : module) + place->unnamed) ^
		     (uint64_t)((unsigned)call->line >> 16) << 48;
	uint32_t found = recoat_map_get(&search->index, a, b);

	if (found != RECOAT_NONE)
		return &sites->at[found];
	sites->at = recoat_grow(sites->at, sites->count, &sites->room, sizeof(*sites->at));
	sites->at[sites->count] =
		(struct recoat_site){.call = *call, .module = module, .unnamed = place->unnamed};
	recoat_map_put(&search->index, a, b, (uint32_t)sites->count);
	return &sites->at[sites->count++];
}

static struct recoat_site *add_path(struct search *search, uint32_t node,
				    const struct recoat_heap_counts *counts)
{
	struct place place = find_place(search, node);
	struct recoat_site *site = find_site(search, &place);

	if (!site->paths++ || counts->bytes > site->node_bytes) {
		site->node = node;
		site->node_bytes = counts->bytes;
	}
	recoat_heap_counts_add(&site->heap, counts);
	return site;
}

static void add_lifetimes(struct recoat_site *site, const struct recoat_lifetimes *lifetimes)
{
	if (!lifetimes)
		return;
	if (!site->lifetimes)
		site->lifetimes = recoat_calloc(1, sizeof(*site->lifetimes));
	recoat_lifetimes_add(site->lifetimes, lifetimes);
}

static int by_value(const void *left, const void *right, void *order)
{
	const struct recoat_site *a = left, *b = right;
	int64_t x = recoat_heap_counts_value(&a->heap, *(enum recoat_site_order *)order);
	int64_t y = recoat_heap_counts_value(&b->heap, *(enum recoat_site_order *)order);

	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(a->call.function, b->call.function);
}

/* Sort what was found and give up what was needed to find it. */
static void finish(struct search *search, enum recoat_site_order order)
{
	struct recoat_sites *sites = search->sites;

	if (sites->count)
		qsort_r(sites->at, sites->count, sizeof(*sites->at), by_value, &order);
	recoat_map_fini(&search->index);
}

void recoat_sites_create(struct recoat_sites *sites, const struct recoat_model *model,
			 struct recoat_symbols *symbols, enum recoat_site_order order)
{
	struct search search = {.sites = sites, .model = model, .symbols = symbols};

	*sites = (struct recoat_sites){0};
	for (uint32_t i = 0; i < model->cct.nodes; i++)
		if (model->cct.node[i].heap.allocations)
			add_lifetimes(add_path(&search, i, &model->cct.node[i].heap),
				      recoat_lifetimes_find(&model->lifetimes, i));
	finish(&search, order);
}

void recoat_sites_create_mappings(struct recoat_sites *sites, const struct recoat_model *model,
				  struct recoat_symbols *symbols, uint32_t kind)
{
	struct search search = {.sites = sites, .model = model, .symbols = symbols};
	const struct recoat_mappings *mappings = &model->mappings;

	*sites = (struct recoat_sites){0};
	for (size_t i = 0; i < mappings->count; i++)
		if (mappings->at[i].kind == kind)
			add_path(&search, mappings->at[i].node, &mappings->at[i].counts);
	finish(&search, RECOAT_BY_BYTES);
}

void recoat_sites_create_held(struct recoat_sites *sites, const struct recoat_model *model,
			      struct recoat_symbols *symbols,
			      const struct recoat_snapshot *snapshot)
{
	struct search search = {.sites = sites, .model = model, .symbols = symbols};

	*sites = (struct recoat_sites){0};
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct recoat_held *held = &snapshot->held[i];

		add_path(&search, held->node,
			 &(struct recoat_heap_counts){.allocations = held->blocks,
						      .bytes = held->bytes});
	}
	finish(&search, RECOAT_BY_BYTES);
}

void recoat_sites_destroy(struct recoat_sites *sites)
{
	for (size_t i = 0; i < sites->count; i++)
		free(sites->at[i].lifetimes);
	free(sites->at);
}
