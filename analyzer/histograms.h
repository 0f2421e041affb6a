/* SPDX-License-Identifier: Apache-2.0 */
/* How the times and sizes of each kernel's spans are distributed. */
#ifndef RECOAT_HISTOGRAMS_H
#define RECOAT_HISTOGRAMS_H

/* Bucket 0 counts zeros, bucket b numbers from 2^(b-1) to 2^b - 1. Times in nanoseconds. */

#include <stddef.h>
#include <stdint.h>

#include "recoat/recording.h"

struct recoat_histogram {
	uint64_t count[RECOAT_HISTOGRAMS][RECOAT_BUCKETS];
};

/* Start with all zero. */
struct recoat_histograms {
	struct recoat_histogram *kernel;
	size_t kernels;
};

/* The histogram of a kernel, made if there is none. Valid until the next one is made. */
struct recoat_histogram *recoat_histograms_of(struct recoat_histograms *histograms,
					      uint32_t kernel);

void recoat_histograms_fini(struct recoat_histograms *histograms);

#endif
