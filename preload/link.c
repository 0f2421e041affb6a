/* SPDX-License-Identifier: Apache-2.0 */
/* The table of links. */
#include "preload/link.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "preload/chain.h"
#include "preload/clock.h"
#include "preload/plugin_host.h"
#include "preload/recording.h"
#include "preload/span.h"

struct recoat_link recoat_links[RECOAT_LINKS_MAX];

/* What is needed of a link when it is made, but not when it is called. */
static struct origin {
	_Atomic uint64_t entry; /* The function as the target knows it; 0: its module is gone. */
	const char *mechanism;
	struct recoat_plugin_place place; /* Of a plugin's link; no object while not open. */
	char symbol[RECOAT_SYMBOL_MAX];
} origin[RECOAT_LINKS_MAX];
static _Atomic uint32_t count;
static struct recoat_lock growing; /* Before the process lock, after the loader's. */

/* How an entry point was found. */
struct find {
	const struct recoat_kernel *kernel;
	uint64_t entry, original;
	const char *symbol, *mechanism;
};

/* ---- Finding chains. All return the first link, or RECOAT_LINKS_MAX. ---- */

static uint32_t find(uint64_t entry)
{
	/* Acquire pairs with the release in make_chain(): the entries are complete. */
	uint32_t links = atomic_load_explicit(&count, memory_order_acquire);

	for (uint32_t i = 0; i < links; i++) {
		if (atomic_load_explicit(&origin[i].entry, memory_order_acquire) == entry &&
		    recoat_links[i].first == i)
			return i;
	}
	return RECOAT_LINKS_MAX;
}

static uint32_t original_of(uint32_t first)
{
	while (recoat_links[first].bit != RECOAT_LINK_ORIGINAL)
		first++;
	return first;
}

/* Does another entry point of this kernel and ABI have the plugins already? */
static bool has_plugins(const struct recoat_kernel *kernel)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct recoat_kernel *other = recoat_links[i].kernel;

		if (origin[i].entry && recoat_links[i].bit != RECOAT_LINK_ORIGINAL &&
		    !strcmp(other->name, kernel->name) && !strcmp(other->abi, kernel->abi))
			return true;
	}
	return false;
}

/*
 * The chain of the same function, whose module was unmapped and has come back. If another entry
 * point has got the plugins meanwhile, their `next` leads there and is to stay.
 */
static uint32_t find_gone(const struct find *of)
{
	bool taken = has_plugins(of->kernel);

	for (uint32_t i = 0; i < count; i++) {
		if (!origin[i].entry && recoat_links[i].first == i &&
		    recoat_links[i].kernel == of->kernel && !strcmp(origin[i].symbol, of->symbol) &&
		    !(taken && recoat_links[i].bit != RECOAT_LINK_ORIGINAL))
			return i;
	}
	return RECOAT_LINKS_MAX;
}

/* ---- Making them. ---- */

static void put_link(uint32_t index)
{
	const struct recoat_link *link = &recoat_links[index];
	bool original = link->bit == RECOAT_LINK_ORIGINAL;
	struct recoat_kernel_link event = {
		.link = index,
		.entry = original ? origin[index].entry : link->target,
		.kernel = link->kernel->name,
		.operation = link->kernel->operation,
		.abi = link->kernel->abi,
		.implementation = original
					  ? "original"
					  : recoat_plugins_name((uint32_t)__builtin_ctz(link->bit)),
		.symbol = origin[index].symbol,
		.mechanism = origin[index].mechanism,
	};

	if (!link->target)
		return;
	recoat_lock_take(&recoat_process_lock);
	recoat_put_kernel_link(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

/* Store a function pointer where the plugin wants it, which may be nowhere. */
static void store(void *where, uint64_t function)
{
	if (where)
		__atomic_store_n((uint64_t *)where, function, __ATOMIC_RELEASE);
}

/* Tell a plugin what is behind it. Before its function can be called. */
static void wire(uint32_t index)
{
	const struct origin *of = &origin[index];
	const struct recoat_plugin_swap *swap = &of->place.object->plugin->swaps[of->place.swap];

	store(swap->next, recoat_stub_address(index + 1));
	store(swap->original, recoat_stub_address(original_of(index)));
	recoat_plugins_placed(&of->place, recoat_links[index].kernel, of->symbol);
}

static uint64_t function_of(const struct recoat_plugin_place *place)
{
	return (uint64_t)place->object->plugin->swaps[place->swap].function;
}

static void add_link(uint32_t index, uint32_t first, uint32_t bit, const struct find *of)
{
	recoat_links[index] = (struct recoat_link){
		.kernel = of->kernel,
		.target = bit == RECOAT_LINK_ORIGINAL ? of->original : 0,
		.bit = bit,
		.first = first,
	};
	origin[index].entry = of->entry;
	origin[index].mechanism = of->mechanism;
	strncpy(origin[index].symbol, of->symbol, sizeof origin[index].symbol - 1);
}

/* Links of the plugins that have an implementation, or will; returns the number behind them. */
static uint32_t add_plugins(uint32_t first, const struct find *of)
{
	bool taken = recoat_plugins_count() && has_plugins(of->kernel);
	uint32_t next = first;

	for (uint32_t i = 0; i < recoat_plugins_count() && next < RECOAT_LINKS_MAX - 1; i++) {
		struct recoat_plugin_place place = {0};
		enum recoat_plugin_has has = recoat_plugins_look(i, of->kernel, &place);

		if (has == RECOAT_PLUGIN_HAS_NOT)
			continue;
		if (taken) {
			recoat_plugins_note(recoat_plugins_name(i), "unswapped", of->symbol);
			continue;
		}
		add_link(next, first, 1u << i, of);
		origin[next].place = place;
		if (has == RECOAT_PLUGIN_HAS)
			recoat_links[next].target = function_of(&place);
		next++;
	}
	return next;
}

static uint32_t make_chain(const struct find *of)
{
	uint32_t first = atomic_load_explicit(&count, memory_order_relaxed), last;

	if (first == RECOAT_LINKS_MAX)
		return first;
	/* Before the first span, and not in processes that have no kernel. */
	if (first == 0)
		recoat_recording_calibrate();
	last = add_plugins(first, of);
	add_link(last, first, RECOAT_LINK_ORIGINAL, of);
	for (uint32_t i = first; i < last; i++) {
		if (recoat_links[i].target)
			wire(i);
	}
	/* Release pairs with the acquire in find(). */
	atomic_store_explicit(&count, last + 1, memory_order_release);
	for (uint32_t i = first; i <= last; i++)
		put_link(i);
	if (last > first)
		recoat_chain_control_open();
	return first;
}

/* Put a chain before its function again, which may be somewhere else now. */
static void revive(uint32_t first, const struct find *of)
{
	uint32_t last = original_of(first);

	__atomic_store_n(&recoat_links[last].target, of->original, __ATOMIC_RELEASE);
	for (uint32_t i = first; i < last; i++) {
		if (recoat_links[i].target)
			wire(i);
	}
	for (uint32_t i = last + 1; i-- > first;) {
		origin[i].mechanism = of->mechanism;
		/* Release pairs with the acquire in find(); the first comes last. */
		atomic_store_explicit(&origin[i].entry, of->entry, memory_order_release);
	}
	for (uint32_t i = first; i <= last; i++)
		put_link(i);
}

uint64_t recoat_link_stub(const struct recoat_kernel *kernel, uint64_t entry, uint64_t original,
			  const char *symbol, const char *mechanism)
{
	const struct find of = {kernel, entry, original, symbol, mechanism};
	uint32_t index = find(entry);

	if (index == RECOAT_LINKS_MAX) {
		recoat_lock_take(&growing);
		index = find(entry);
		if (index == RECOAT_LINKS_MAX && (index = find_gone(&of)) != RECOAT_LINKS_MAX)
			revive(index, &of);
		if (index == RECOAT_LINKS_MAX)
			index = make_chain(&of);
		recoat_lock_drop(&growing);
	}
	return index == RECOAT_LINKS_MAX ? 0 : recoat_stub_address(index);
}

void recoat_link_forget(uint64_t start, uint64_t end)
{
	uint32_t links = atomic_load_explicit(&count, memory_order_acquire);

	for (uint32_t i = 0; i < links; i++) {
		uint64_t entry = atomic_load_explicit(&origin[i].entry, memory_order_relaxed);

		if (entry >= start && entry < end)
			atomic_store_explicit(&origin[i].entry, 0, memory_order_relaxed);
	}
}

void recoat_link_complete(void)
{
	recoat_lock_take(&growing);
	for (uint32_t i = 0; i < count; i++) {
		struct recoat_link *link = &recoat_links[i];

		if (link->target ||
		    recoat_plugins_look((uint32_t)__builtin_ctz(link->bit), link->kernel,
					&origin[i].place) != RECOAT_PLUGIN_HAS)
			continue;
		wire(i);
		/* Release pairs with the acquire in recoat_link_serving(). */
		__atomic_store_n(&link->target, function_of(&origin[i].place), __ATOMIC_RELEASE);
		put_link(i);
	}
	recoat_lock_drop(&growing);
}

bool recoat_link_any(void)
{
	return atomic_load_explicit(&count, memory_order_relaxed) != 0;
}

void recoat_link_repeat(void)
{
	uint32_t links = atomic_load_explicit(&count, memory_order_relaxed);

	growing = (struct recoat_lock){0};
	if (links)
		recoat_recording_calibrate();
	for (uint32_t i = 0; i < links; i++)
		put_link(i);
	if (recoat_chain_any())
		recoat_chain_control_open();
}

/* In arch/: the first stubs of either form; the others follow at even distances. */
extern const char recoat_stubs[] __attribute__((visibility("hidden")));
extern const char recoat_straight_stubs[] __attribute__((visibility("hidden")));
static_assert(sizeof(struct recoat_link) == 40 && offsetof(struct recoat_link, target) == 8 &&
		      offsetof(struct recoat_link, bit) == 32,
	      "as arch/ has it");

/* Where nothing is to be measured, an original has nothing to be asked. */
uint64_t recoat_stub_address(uint32_t index)
{
	bool straight = recoat_spans_off && recoat_links[index].bit == RECOAT_LINK_ORIGINAL;
	const char *stubs = straight ? recoat_straight_stubs : recoat_stubs;

	return (uint64_t)stubs + (uint64_t)index * RECOAT_STUB_BYTES;
}
