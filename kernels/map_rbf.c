/* SPDX-License-Identifier: Apache-2.0 */
/* Interpolation by radial basis functions: one dense solve, then a sum a voxel. */
#include "kernels/grid.h"
#include "kernels/qr.h"

#include <errno.h>
#include <stdlib.h>

/* From the squared distance: none of the functions needs the distance itself. */
typedef float rbf_function(float d2, float epsilon);

static float gaussian(float d2, float epsilon)
{
	return expf(-epsilon * d2);
}

static float multiquadric(float d2, float epsilon)
{
	return sqrtf(1.0f + epsilon * epsilon * d2);
}

static float thin_plate(float d2, float epsilon)
{
	(void)epsilon;
	return d2 > 0.0f ? 0.5f * d2 * logf(d2) : 0.0f;
}

static rbf_function *function_of(enum amqadf_rbf_kernel kernel)
{
	switch (kernel) {
	case AMQADF_RBF_GAUSSIAN:
		return gaussian;
	case AMQADF_RBF_MULTIQUADRIC:
		return multiquadric;
	case AMQADF_RBF_THIN_PLATE:
		return thin_plate;
	}
	return NULL;
}

static float squared_distance(const float *one, const float *other)
{
	float dx = one[0] - other[0];
	float dy = one[1] - other[1];
	float dz = one[2] - other[2];

	return dx * dx + dy * dy + dz * dz;
}

struct system {
	float *a; /* n x n, symmetric; then b, n; one block. */
	float *b;
	float *weights;
	uint64_t *order;
};

static void system_fini(struct system *system)
{
	free(system->a);
	free(system->weights);
	free(system->order);
}

static int system_init(struct system *system, uint64_t n)
{
	if (n > UINT32_MAX / sizeof(float)) /* n x n would not be addressable. */
		return -ENOMEM;
	system->a = malloc((n * n + n) * sizeof(float));
	system->weights = malloc(n * sizeof(float));
	system->order = malloc(n * sizeof(uint64_t));
	if (!system->a || !system->weights || !system->order) {
		system_fini(system);
		return -ENOMEM;
	}
	system->b = system->a + n * n;
	return 0;
}

static void solve(struct system *system, const struct amqadf_points *points, rbf_function *function,
		  float epsilon)
{
	uint64_t n = points->count;

	for (uint64_t i = 0; i < n; i++) {
		for (uint64_t j = 0; j < n; j++)
			system->a[j * n + i] =
				function(squared_distance(points->xyz + 3 * i, points->xyz + 3 * j),
					 epsilon);
		system->b[i] = points->values[i];
	}
	qr_solve(n, system->a, system->b, system->order, system->weights);
}

static float evaluate(const struct amqadf_points *points, const float *weights, const float from[3],
		      rbf_function *function, float epsilon)
{
	float sum = 0.0f;

	for (uint64_t p = 0; p < points->count; p++)
		sum += weights[p] * function(squared_distance(points->xyz + 3 * p, from), epsilon);
	return sum;
}

static void map(const struct amqadf_points *points, const float *weights, struct amqadf_grid *grid,
		rbf_function *function, float epsilon)
{
	float *voxel = grid->values;

	for (uint64_t i = 0; i < grid->nx; i++)
		for (uint64_t j = 0; j < grid->ny; j++)
			for (uint64_t k = 0; k < grid->nz; k++) {
				const float at[3] = {(float)grid_world(grid, 0, i),
						     (float)grid_world(grid, 1, j),
						     (float)grid_world(grid, 2, k)};

				*voxel++ = evaluate(points, weights, at, function, epsilon);
			}
}

int amqadf_map_rbf(const struct amqadf_points *points, struct amqadf_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon)
{
	rbf_function *function = function_of(kernel);
	struct system system = {0};
	int status;

	if (!points_valid(points) || !grid_valid(grid) || !function || !(epsilon > 0.0f))
		return -EINVAL;
	if (points->count == 0)
		return 0;
	status = system_init(&system, points->count);
	if (status)
		return status;
	solve(&system, points, function, epsilon);
	map(points, system.weights, grid, function, epsilon);
	system_fini(&system);
	return 0;
}
