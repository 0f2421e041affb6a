/* SPDX-License-Identifier: Apache-2.0 */
/* Moving averages. */
#include "plugins/parallel/openvdb10/moving.h"
#include "plugins/parallel/openvdb10/settings.h"

MovingAverage *moving_average_next;

std::vector<float> moving_average(void *processing, const std::vector<float> &values, int window)
{
	std::vector<float> means;

	if (served(static_cast<double>(values.size()) * window, [&] {
		    if (window < 1 || values.empty())
			    return false;
		    means.resize(values.size());
		    settings.kernels->moving_average(values.data(), values.size(), window / 2,
						     means.data());
		    return true;
	    }))
		return means;
	return moving_average_next(processing, values, window);
}
