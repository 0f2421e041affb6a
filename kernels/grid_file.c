/* SPDX-License-Identifier: Apache-2.0 */
/* Grids in files: .npy of shape (nx, ny, nz), NaN where inactive. */
#include "kernels/error.h"
#include "kernels/file.h"
#include "kernels/grid.h"
#include "kernels/npy.h"

#include <errno.h>
#include <stdlib.h>

static int grid_from_array(const struct npy_array *array, struct amqadf_grid *grid,
			   struct amqadf_error *error)
{
	const double origin[3] = {0.0, 0.0, 0.0};
	int status;

	if (array->dimensions != 3 || array->elements == 0)
		return error_set(error, -EINVAL, 0,
				 "found %s array of %u dimensions, expected shape (nx, ny, nz)",
				 array->elements ? "an" : "an empty", array->dimensions);
	status = amqadf_grid_init(grid, array->shape, origin, 1.0);
	if (status)
		return error_system(error, status, "cannot be held in memory");
	for (uint64_t v = 0; v < array->elements; v++)
		grid->values[v] = (float)npy_element(array, v);
	return 0;
}

int amqadf_read_grid(const char *path, struct amqadf_grid *grid, struct amqadf_error *error)
{
	struct npy_array array;
	char *bytes;
	size_t length;
	int status;

	if (!path || !grid)
		return error_set(error, -EINVAL, 0, "found no path or no grid to fill");
	status = file_read(path, &bytes, &length, error);
	if (status)
		return status;
	status = npy_parse(bytes, length, &array, error);
	if (!status)
		status = grid_from_array(&array, grid, error);
	free(bytes);
	return status;
}

int amqadf_write_grid(const char *path, const struct amqadf_grid *grid, struct amqadf_error *error)
{
	struct file_output output;
	int status;

	if (!path || !grid_valid(grid))
		return error_set(error, -EINVAL, 0, "found no path or no valid grid to write");
	status = file_output_open(&output, path, error);
	if (status)
		return status;
	npy_write_header(output.stream, 3, (const uint64_t[3]){grid->nx, grid->ny, grid->nz});
	fwrite(grid->values, sizeof(float), grid_voxels(grid), output.stream);
	return file_output_close(&output, true, error);
}
