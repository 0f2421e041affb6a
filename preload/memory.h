/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the runtime's own: pages from the kernel, never the target's malloc. */
#ifndef RECOAT_MEMORY_H
#define RECOAT_MEMORY_H

#include <stddef.h>

/*
 * `bytes` of zeroed, private memory, rounded up to pages, or NULL. Pages that are not
 * touched cost address space only. Any thread; async-signal-safe; errno is kept.
 */
void *recoat_map(size_t bytes);

/* Give back what recoat_map(bytes) returned, or part of it. NULL is allowed. */
void recoat_unmap(void *at, size_t bytes);

#endif
