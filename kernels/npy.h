/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's .npy files: one array of numbers behind a one-line header. */
#ifndef AMQADF_NPY_H
#define AMQADF_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "amqadf/kernels.h"

#define NPY_DIMENSIONS_MAX 4

struct npy_array {
	uint32_t dimensions;
	uint64_t shape[NPY_DIMENSIONS_MAX];
	uint64_t elements; /* Product of the shape. */
	uint32_t width;    /* Bytes of an element: 4 or 8, a little-endian float. */
	const char *data;  /* In the bytes that were parsed, perhaps unaligned. */
};

/* Whether a file's content begins as .npy does. */
bool npy_recognise(const char *bytes, size_t length);

/*
 * Understand a file's content, all `length` bytes of which must belong to it. Returns 0,
 * or -EINVAL with `error` filled. Format: NEP 1 and numpy.lib.format, versions 1 to 3.
 */
int npy_parse(const char *bytes, size_t length, struct npy_array *array,
	      struct amqadf_error *error);

double npy_element(const struct npy_array *array, uint64_t index);

/* Write the header of a float32 array in C order; what fails is noted in the stream. */
void npy_write_header(FILE *stream, uint32_t dimensions, const uint64_t *shape);

#endif
