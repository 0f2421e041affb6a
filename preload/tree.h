/* SPDX-License-Identifier: Apache-2.0 */
/* The calling-context tree: call paths as small numbers. */
#ifndef RECOAT_TREE_H
#define RECOAT_TREE_H

/*
 * A node is a return address called from its parent; a call path is the number of its
 * innermost node. Node 0 is the root, node 1 stands for paths that could not be told. Every
 * new node becomes a call_path event of the process stream. Reading takes no lock; adding a
 * node takes the process lock.
 */

#include <stdbool.h>
#include <stdint.h>

#include "recoat/recording.h"

#define RECOAT_PATHS_MAX (1u << 22)

/* Reserve address space for the tree. 0 or -1. Also after fork, when it forgets all nodes. */
int recoat_tree_init(void);

/*
 * The child of `parent` for return address `ip`, made if it is new. UINT32_MAX if the tree is
 * full. Any thread that holds no lock of the runtime.
 */
uint32_t recoat_tree_intern(uint32_t parent, uint64_t ip);

/*
 * The same for signal handlers, which must not wait: UINT32_MAX also if another thread is just
 * adding nodes, or `ip` lies in a module that was loaded a moment ago. The interrupted code holds
 * no lock of the runtime; or, if `locked`, the process lock, with nothing half done.
 */
uint32_t recoat_tree_try_intern(uint32_t parent, uint64_t ip, bool locked);

/*
 * Nodes whose address lies in [start, end) stand for code that is gone: they will not be
 * found again, so that another module at that place gets nodes of its own. Call with the
 * process lock held.
 */
void recoat_tree_forget(uint64_t start, uint64_t end);

#endif
