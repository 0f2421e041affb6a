/* SPDX-License-Identifier: Apache-2.0 */
/* Points in files: CSV, or .npy of shape (N, 4). */
#include "kernels/csv.h"
#include "kernels/error.h"
#include "kernels/file.h"
#include "kernels/grid.h"
#include "kernels/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Copy the rows; false at a number that is not finite in float, whose row is *bad. */
static bool copy_rows(const struct npy_array *array, float *xyz, float *values, uint64_t *bad)
{
	for (uint64_t row = 0; row < array->shape[0]; row++) {
		*bad = row;
		for (int column = 0; column < 4; column++) {
			float number = (float)npy_element(array, 4 * row + (uint64_t)column);

			if (!isfinite(number))
				return false;
			if (column < 3)
				xyz[3 * row + (uint64_t)column] = number;
			else
				values[row] = number;
		}
	}
	return true;
}

static int points_from_rows(const struct npy_array *array, struct amqadf_points *points,
			    struct amqadf_error *error)
{
	uint64_t count = array->shape[0], bad = 0;
	float *xyz, *values;
	int status = 0;

	if (array->dimensions != 2 || array->shape[1] != 4)
		return error_set(error, -EINVAL, 0,
				 "found an array of %u dimensions, the last of %" PRIu64
				 ", expected shape (N, 4): x, y, z, value",
				 array->dimensions,
				 array->dimensions ? array->shape[array->dimensions - 1] : 0);
	xyz = calloc(count ? count : 1, 3 * sizeof(float));
	values = calloc(count ? count : 1, sizeof(float));
	if (!xyz || !values)
		status = error_system(error, -ENOMEM, "cannot be held in memory");
	else if (!copy_rows(array, xyz, values, &bad))
		status = error_set(error, -EINVAL, 0,
				   "found a number that is not finite in row %" PRIu64
				   ", expected finite ones",
				   bad);
	if (status) {
		free(xyz);
		free(values);
		return status;
	}
	*points = (struct amqadf_points){.count = count, .xyz = xyz, .values = values};
	return 0;
}

static int parse(const char *bytes, size_t length, struct amqadf_points *points,
		 struct amqadf_error *error)
{
	struct npy_array array;
	int status;

	if (!npy_recognise(bytes, length))
		return csv_parse(bytes, length, points, error);
	status = npy_parse(bytes, length, &array, error);
	return status ? status : points_from_rows(&array, points, error);
}

int amqadf_read_points(const char *path, struct amqadf_points *points, struct amqadf_error *error)
{
	char *bytes;
	size_t length;
	int status;

	if (!path || !points)
		return error_set(error, -EINVAL, 0, "found no path or no points to fill");
	status = file_read(path, &bytes, &length, error);
	if (status)
		return status;
	status = parse(bytes, length, points, error);
	free(bytes);
	return status;
}

static void write_rows(FILE *stream, const struct amqadf_points *points)
{
	npy_write_header(stream, 2, (const uint64_t[2]){points->count, 4});
	for (uint64_t p = 0; p < points->count; p++) {
		fwrite(points->xyz + 3 * p, sizeof(float), 3, stream);
		fwrite(points->values + p, sizeof(float), 1, stream);
	}
}

static bool named_csv(const char *path)
{
	size_t length = strlen(path);

	return length >= 4 && strcmp(path + length - 4, ".csv") == 0;
}

int amqadf_write_points(const char *path, const struct amqadf_points *points,
			struct amqadf_error *error)
{
	struct file_output output;
	int status, written = 0;

	if (!path || !points_valid(points))
		return error_set(error, -EINVAL, 0, "found no path or no points to write");
	status = file_output_open(&output, path, error);
	if (status)
		return status;
	if (named_csv(path))
		written = csv_write(output.stream, points);
	else
		write_rows(output.stream, points);
	status = file_output_close(&output, written == 0, error);
	return written ? error_system(error, written, "cannot be written") : status;
}
