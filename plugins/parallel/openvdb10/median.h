/* SPDX-License-Identifier: Apache-2.0 */
/* The median of a few numbers. */
#ifndef OPENVDB10_MEDIAN_H
#define OPENVDB10_MEDIAN_H

#include <algorithm>
#include <vector>

/* Of the middle two, their mean. At least one number, no NaN; they are sorted. */
inline float median_of(std::vector<float> &values)
{
	size_t middle = values.size() / 2;

	std::sort(values.begin(), values.end());
	return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0f;
}

#endif
