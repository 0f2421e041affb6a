/* SPDX-License-Identifier: Apache-2.0 */
/* The table of links. */
#include "preload/link.h"

#include <stdatomic.h>
#include <string.h>

#include "preload/clock.h"
#include "preload/recording.h"

struct recoat_link recoat_links[RECOAT_LINKS_MAX];
static struct {
	_Atomic uint64_t entry; /* The function as the target knows it; 0: its module is gone. */
	const char *mechanism;
	char symbol[RECOAT_SYMBOL_MAX];
} origin[RECOAT_LINKS_MAX];
static _Atomic uint32_t count;
static struct recoat_lock growing; /* Before the process lock, after the loader's. */

static uint32_t find(uint64_t entry)
{
	/* Acquire pairs with the release in recoat_link_stub(): the entries are complete. */
	uint32_t links = atomic_load_explicit(&count, memory_order_acquire);

	for (uint32_t i = 0; i < links; i++) {
		if (atomic_load_explicit(&origin[i].entry, memory_order_acquire) == entry)
			return i;
	}
	return RECOAT_LINKS_MAX;
}

/* The link of the same function when its module was mapped before; or the next free one. */
static uint32_t find_place(const struct recoat_kernel *kernel, const char *symbol)
{
	uint32_t links = atomic_load_explicit(&count, memory_order_relaxed);

	for (uint32_t i = 0; i < links; i++) {
		if (!origin[i].entry && recoat_links[i].kernel == kernel &&
		    !strcmp(origin[i].symbol, symbol))
			return i;
	}
	return links;
}

static void put_link(uint32_t index)
{
	const struct recoat_link *link = &recoat_links[index];
	struct recoat_kernel_link event = {
		.link = index,
		.entry = origin[index].entry,
		.kernel = link->kernel->name,
		.operation = link->kernel->operation,
		.abi = link->kernel->abi,
		.implementation = "original",
		.symbol = origin[index].symbol,
		.mechanism = origin[index].mechanism,
	};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_kernel_link(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

static uint32_t add_link(const struct recoat_kernel *kernel, uint64_t entry, uint64_t original,
			 const char *symbol, const char *mechanism)
{
	uint32_t index = find_place(kernel, symbol);
	bool fresh = index == atomic_load_explicit(&count, memory_order_relaxed);

	if (index == RECOAT_LINKS_MAX)
		return index;
	/* Before the first span, and not in processes that have no kernel. */
	if (index == 0 && fresh)
		recoat_recording_calibrate();
	recoat_links[index] = (struct recoat_link){.kernel = kernel, .target = original};
	strncpy(origin[index].symbol, symbol, sizeof origin[index].symbol - 1);
	origin[index].mechanism = mechanism;
	/* These releases pair with the acquires in find(). */
	atomic_store_explicit(&origin[index].entry, entry, memory_order_release);
	if (fresh)
		atomic_store_explicit(&count, index + 1, memory_order_release);
	put_link(index);
	return index;
}

uint64_t recoat_link_stub(const struct recoat_kernel *kernel, uint64_t entry, uint64_t original,
			  const char *symbol, const char *mechanism)
{
	uint32_t index = find(entry);

	if (index == RECOAT_LINKS_MAX) {
		recoat_lock_take(&growing);
		index = find(entry);
		if (index == RECOAT_LINKS_MAX)
			index = add_link(kernel, entry, original, symbol, mechanism);
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
}

/* In arch/: the first stub; the others follow at even distances. */
extern const char recoat_stubs[] __attribute__((visibility("hidden")));

uint64_t recoat_stub_address(uint32_t index)
{
	return (uint64_t)recoat_stubs + (uint64_t)index * RECOAT_STUB_BYTES;
}
