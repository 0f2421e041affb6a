/* SPDX-License-Identifier: Apache-2.0 */
/* The selection whose order of equal distances the original's results depend on. */
#include "plugins/parallel/openvdb10/select.h"

#include <algorithm>

void select_nearest(struct idw_neighbour *all, uint32_t k, uint32_t count)
{
	std::partial_sort(all, all + k, all + count,
			  [](const idw_neighbour &one, const idw_neighbour &other) {
				  return one.d2 < other.d2;
			  });
}
