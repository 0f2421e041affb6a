/* SPDX-License-Identifier: Apache-2.0 */
/* Running a mapping method, on a subsample where all points would take too long. */
#include "kernels/method.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const method_names[] = {"nearest", "linear", "idw", "kde", "rbf", NULL};
const char *const kde_kernel_names[] = {"gaussian", "epanechnikov", NULL};
const char *const rbf_kernel_names[] = {"gaussian", "multiquadric", "thin_plate", NULL};

/* `most` points, evenly picked: number n is point floor(n * count / most). */
static int subsample(const struct amqadf_points *points, uint64_t most, struct amqadf_points *some)
{
	float *xyz = calloc(most, 3 * sizeof(float));
	float *values = calloc(most, sizeof(float));

	if (!xyz || !values) {
		free(xyz);
		free(values);
		return -ENOMEM;
	}
	for (uint64_t n = 0; n < most; n++) {
		uint64_t from = n * points->count / most;

		memcpy(xyz + 3 * n, points->xyz + 3 * from, 3 * sizeof(float));
		values[n] = points->values[from];
	}
	*some = (struct amqadf_points){.count = most, .xyz = xyz, .values = values};
	return 0;
}

static int map(enum method method, const struct method_parameters *parameters,
	       const struct amqadf_points *points, struct amqadf_grid *grid)
{
	switch (method) {
	case METHOD_NEAREST:
		return amqadf_map_nearest(points, grid);
	case METHOD_LINEAR:
		return amqadf_map_linear(points, grid);
	case METHOD_IDW:
		return amqadf_map_idw(points, grid, (float)parameters->power,
				      (int32_t)parameters->k);
	case METHOD_KDE:
		return amqadf_map_kde(points, grid, (float)parameters->bandwidth,
				      (enum amqadf_kde_kernel)parameters->kde_kernel);
	case METHOD_RBF:
		return amqadf_map_rbf(points, grid, (enum amqadf_rbf_kernel)parameters->rbf_kernel,
				      (float)parameters->epsilon);
	}
	return -EINVAL;
}

static uint64_t most_points(enum method method, const struct method_parameters *parameters)
{
	if (method == METHOD_KDE)
		return parameters->kde_points;
	return method == METHOD_RBF ? parameters->rbf_points : UINT64_MAX;
}

int method_map(enum method method, const struct method_parameters *parameters,
	       const struct amqadf_points *points, struct amqadf_grid *grid)
{
	uint64_t most = most_points(method, parameters);
	struct amqadf_points some;
	int status = 0;

	if (method == METHOD_KDE)
		status = amqadf_map_nearest(points, grid);
	if (status || points->count <= most)
		return status ? status : map(method, parameters, points, grid);
	status = subsample(points, most, &some);
	if (status)
		return status;
	status = map(method, parameters, &some, grid);
	amqadf_points_free(&some);
	return status;
}
