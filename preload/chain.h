/* SPDX-License-Identifier: Apache-2.0 */
/* Which plugins are switched on, now. */
#ifndef RECOAT_CHAIN_H
#define RECOAT_CHAIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "preload/link.h"

/* Bit i: plugin i. In this process's memory, or in its control file (recoat/control.h). */
extern uint32_t *_Atomic recoat_chain_word;

/* The plugins that serve a call that begins now, and the original, which always does. */
static inline uint32_t recoat_chain_on(void)
{
	/* Relaxed: chains are made before, and stay. */
	const uint32_t *word = atomic_load_explicit(&recoat_chain_word, memory_order_relaxed);

	return __atomic_load_n(word, __ATOMIC_RELAXED) | RECOAT_LINK_ORIGINAL;
}

/* Find out where the file may be, from the environment. At start. */
void recoat_chain_init(void);

/*
 * A chain with a plugin in it has been made: let `recoat swap` switch it, from the first time
 * on. A note in the recording says through which file; without it none could be made. Under the
 * lock of links.
 */
void recoat_chain_control_open(void);

/* In a forked child: go on with what is switched on, but not with the parent's file. */
void recoat_chain_reset(void);

/* Whether a chain with a plugin was ever made. */
bool recoat_chain_any(void);

/* Remove the file: the process ends. */
void recoat_chain_end(void);

#endif
