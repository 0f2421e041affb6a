/* SPDX-License-Identifier: Apache-2.0 */
/* How many processors this process may keep busy. */
#ifndef PARALLEL_CPUS_H
#define PARALLEL_CPUS_H

/* Processors that the calling thread may run on; at least 1. One system call. */
unsigned cpus_affinity(void);

/*
 * Processors' worth of time that the control groups of this process grant it, rounded up: the
 * least of cpu.max (version 2) or cpu.cfs_quota_us (version 1) from its group to the root.
 * UINT_MAX if nothing limits it. `root` is "" but in tests. Reads files, keeps none open.
 */
unsigned cpus_quota(const char *root);

#endif
