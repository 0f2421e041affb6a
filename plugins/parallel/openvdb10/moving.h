/* SPDX-License-Identifier: Apache-2.0 */
/* Moving averages. */
#ifndef OPENVDB10_MOVING_H
#define OPENVDB10_MOVING_H

#include <vector>

using MovingAverage = std::vector<float>(void *processing, const std::vector<float> &values,
					 int window);

/* With what follows it, which the host stores. */
extern MovingAverage moving_average, *moving_average_next;

#endif
