/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the target's memory at addresses that may be wrong. */
#ifndef RECOAT_PEEK_H
#define RECOAT_PEEK_H

/*
 * Problem sizes stand behind pointers that a catalogue computes; a wrong one must not crash the
 * target. The first word of a page is read by process_vm_readv, which fails where a load would
 * fault. Where that has succeeded, a thread reads the page by plain loads from then on. Should
 * the page have gone meanwhile, the load faults and fault.h turns that into a failure. Where a
 * fault could not be caught, every word is read by the system call.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read `bytes` bytes, 1, 2, 4, 8 or 16. False if they cannot be read. Keeps errno; no lock, no
 * memory; async-signal-safe.
 */
bool recoat_peek(uint64_t address, void *to, size_t bytes);

#endif
