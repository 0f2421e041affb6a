/* SPDX-License-Identifier: Apache-2.0 */
/* Links: the implementations behind caught entry points, each with a stub and a number. */
#ifndef RECOAT_LINK_H
#define RECOAT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/catalogue.h"

#define RECOAT_LINKS_MAX 1024 /* As many stubs as arch/ has, */
#define RECOAT_STUB_BYTES 16  /* each of this length. */

struct recoat_link {
	const struct recoat_kernel *kernel;
	uint64_t target;   /* What to call for the function that serves. */
	uint64_t spans;    /* Written so far, by any thread; only to decide on CPU time. */
	uint64_t ticks;    /* Their duration in all. */
};

extern struct recoat_link recoat_links[RECOAT_LINKS_MAX];

/*
 * The entry of the stub that leads through a span of `kernel` to the function that the target
 * knows at `entry`, made if there is none yet, with a kernel_link event. `original` is what to
 * call for it: `entry` itself, or what stands for it if its code leads here. `mechanism` must
 * outlive the process. 0 if there is no stub left. Any thread that does not hold the process
 * lock; the loader's lock may be held.
 */
uint64_t recoat_link_stub(const struct recoat_kernel *kernel, uint64_t entry, uint64_t original,
			  const char *symbol, const char *mechanism);

/*
 * The module that was mapped there is gone: what is at these addresses later is something else.
 * The same function of the same module, loaded again, gets its stub back.
 */
void recoat_link_forget(uint64_t start, uint64_t end);

/* Whether any entry point was caught. */
bool recoat_link_any(void);

/* Write the kernel_link events again, into the recording of a forked child. */
void recoat_link_repeat(void);

/* Stubs of arch/: number `index` jumps to the thunk with its number. */
uint64_t recoat_stub_address(uint32_t index);

#endif
