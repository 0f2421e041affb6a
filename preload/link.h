/* SPDX-License-Identifier: Apache-2.0 */
/* Links: the implementations behind caught entry points, each with a stub and a number. */
#ifndef RECOAT_LINK_H
#define RECOAT_LINK_H

/*
 * The links of one entry point, its chain, have consecutive numbers: plugins, outermost first,
 * and the original last. Callers are led to the first one's stub; a plugin's `next` is the stub
 * behind its own, its `original` the last. All of that is set when the chain is made and stays.
 *
 * Which links serve is decided at each call: a stub runs its own link, or the first behind it
 * whose plugin is switched on (chain.h) and has been opened. So plugins come and go with one
 * store, and no call is ever under way to something that is half rewired.
 */

#include <stdbool.h>
#include <stdint.h>

#include "kernels/catalogue.h"

#define RECOAT_LINKS_MAX 1024 /* As many stubs as arch/ has, */
#define RECOAT_STUB_BYTES 16  /* each of this length. */

/* The bit of the original, beside those of plugins 0 to RECOAT_PLUGINS_MAX - 1. */
#define RECOAT_LINK_ORIGINAL (1u << 31)

struct recoat_link {
	const struct recoat_kernel *kernel;
	uint64_t target; /* The function that serves; 0 while its plugin is not open. Atomic. */
	uint64_t spans;  /* Written so far, by any thread; only to decide on CPU time. */
	uint64_t ticks;  /* Their duration in all. */
	uint32_t bit;    /* 1 << the plugin's number, or RECOAT_LINK_ORIGINAL. */
	uint32_t first;  /* Of its chain. */
};

extern struct recoat_link recoat_links[RECOAT_LINKS_MAX];

/*
 * The entry of the stub that leads to the chain of an entry point, made if there is none yet,
 * with kernel_link events. `entry` is the function as the target knows it, `original` what to
 * call for it: `entry` itself, or a trampoline. `symbol` is copied. 0 if there is no stub left.
 * Any thread that does not hold the process lock; the loader's lock may be held.
 */
uint64_t recoat_link_stub(const struct recoat_kernel *kernel, uint64_t entry, uint64_t original,
			  const char *symbol, const char *mechanism);

/*
 * The module that was mapped there is gone: what is at these addresses later is something else.
 * The same function of the same module, loaded again, gets its chain back.
 */
void recoat_link_forget(uint64_t start, uint64_t end);

/* Plugins have opened objects: put what they have where their places were kept free. */
void recoat_link_complete(void);

/* The link that serves a call of the stub `index`, if the plugins in `on` are switched on. */
static inline uint32_t recoat_link_serving(uint32_t index, uint32_t on)
{
	/* Acquire pairs with the release in recoat_link_complete(): `next` is set. */
	while (!(recoat_links[index].bit & on) ||
	       !__atomic_load_n(&recoat_links[index].target, __ATOMIC_ACQUIRE))
		index++;
	return index;
}

/* Whether any entry point was caught. */
bool recoat_link_any(void);

/* Write the kernel_link events again, into the recording of a forked child. */
void recoat_link_repeat(void);

/*
 * Stubs of arch/: number `index` jumps to the thunk with its number, or on to the original if
 * spans are off (span.h).
 */
uint64_t recoat_stub_address(uint32_t index);

#endif
