/* SPDX-License-Identifier: Apache-2.0 */
/* A calling-context tree for tests, which can tell the frames of a path. */
#ifndef UNWIND_TREE_H
#define UNWIND_TREE_H

#include <stddef.h>
#include <stdint.h>

/* This folder's recoat_tree_intern() stands in for the one of preload/tree.c. */

/* The pcs of `path`, innermost first, and the root that it hangs from. Returns how many. */
size_t tree_frames(uint32_t path, uint64_t *ips, size_t max, uint32_t *root);

/* Pretend from now on that only `nodes` fit. */
void tree_limit(uint32_t nodes);

#endif
