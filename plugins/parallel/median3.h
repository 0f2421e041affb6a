/* SPDX-License-Identifier: Apache-2.0 */
/* Median filter of 3^3: a sorting network on many voxels at once. */
#ifndef PARALLEL_MEDIAN3_H
#define PARALLEL_MEDIAN3_H

#include <stdint.h>
#include "plugins/parallel/level.h"

#ifdef PARALLEL_LEVEL
/* Filter row i * ny + j. Zeros must all have the same sign, since the network is not stable. */
void LEVEL(median3_row)(const struct amqadf_grid *in, struct amqadf_grid *out, uint64_t row);
#endif

#endif
