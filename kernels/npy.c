/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's .npy files: one array of numbers behind a one-line header. */
#include "kernels/npy.h"
#include "kernels/error.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_LENGTH 6
#define HEADER_MAX 4096
#define ALIGNMENT 64

bool npy_recognise(const char *bytes, size_t length)
{
	return length >= MAGIC_LENGTH && memcmp(bytes, MAGIC, MAGIC_LENGTH) == 0;
}

/* The header's length and place; versions 2 and 3 count it in four bytes instead of two. */
static int find_header(const char *bytes, size_t length, size_t *begin, size_t *size,
		       struct amqadf_error *error)
{
	const unsigned char *at = (const unsigned char *)bytes;
	unsigned version = length > MAGIC_LENGTH ? at[6] : 0;

	if (!npy_recognise(bytes, length))
		return error_set(error, -EINVAL, 0, "found no .npy file, expected one");
	if (length < 12)
		return error_set(error, -EINVAL, 0,
				 "found the end of the file in the .npy header, expected more");
	if (version < 1 || version > 3)
		return error_set(error, -EINVAL, 0, "found .npy version %u, expected 1, 2 or 3",
				 version);
	*begin = version == 1 ? 10 : 12;
	*size = at[8] | (size_t)at[9] << 8;
	if (version > 1)
		*size |= (size_t)at[10] << 16 | (size_t)at[11] << 24;
	if (*size > length - *begin)
		return error_set(error, -EINVAL, 0, "found %zu bytes of .npy header, expected %zu",
				 length - *begin, *size);
	if (*size >= HEADER_MAX)
		return error_set(error, -EINVAL, 0,
				 "found a .npy header of %zu bytes, expected at most %d", *size,
				 HEADER_MAX - 1);
	return 0;
}

/* What stands behind 'key': in the header, which is a Python dictionary; NULL if absent. */
static const char *value_of(const char *header, const char *key)
{
	const char *at = strstr(header, key);

	if (!at)
		return NULL;
	at += strlen(key);
	at += strspn(at, " ");
	return *at == ':' ? at + 1 + strspn(at + 1, " ") : NULL;
}

static int parse_type(const char *header, struct npy_array *array, struct amqadf_error *error)
{
	const char *value = value_of(header, "'descr'");

	if (!value)
		return error_set(error, -EINVAL, 0, "found no 'descr' in the .npy header");
	if (strncmp(value, "'<f4'", 5) != 0 && strncmp(value, "'<f8'", 5) != 0)
		return error_set(error, -EINVAL, 0,
				 "found elements of type %.*s, expected '<f4' or '<f8'",
				 (int)strcspn(value, ",}"), value);
	array->width = value[3] == '4' ? 4 : 8;
	value = value_of(header, "'fortran_order'");
	if (!value || strncmp(value, "False", 5) != 0)
		return error_set(error, -EINVAL, 0,
				 "found an array in Fortran order, expected C order");
	return 0;
}

/* One dimension; NULL if there is no number or it takes more than 64 bits. */
static const char *parse_dimension(const char *at, uint64_t *dimension)
{
	if (*at < '0' || *at > '9')
		return NULL;
	for (*dimension = 0; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*dimension, 10, dimension) ||
		    __builtin_add_overflow(*dimension, *at - '0', dimension))
			return NULL;
	return at;
}

static bool parse_dimensions(const char *at, struct npy_array *array)
{
	if (!at || *at++ != '(')
		return false;
	array->elements = 1;
	array->dimensions = 0;
	for (at += strspn(at, " "); *at != ')'; at += strspn(at, " ,")) {
		uint64_t *dimension = &array->shape[array->dimensions];

		if (array->dimensions == NPY_DIMENSIONS_MAX)
			return false;
		at = parse_dimension(at, dimension);
		if (!at || __builtin_mul_overflow(array->elements, *dimension, &array->elements))
			return false;
		array->dimensions++;
	}
	return true;
}

static int parse_shape(const char *header, struct npy_array *array, struct amqadf_error *error)
{
	const char *value = value_of(header, "'shape'");

	if (!parse_dimensions(value, array))
		return error_set(error, -EINVAL, 0,
				 "found shape %.40s, expected one to four dimensions",
				 value ? value : "missing");
	return 0;
}

static int check_data(const char *bytes, size_t length, size_t begin, struct npy_array *array,
		      struct amqadf_error *error)
{
	uint64_t expected;

	if (__builtin_mul_overflow(array->elements, array->width, &expected) ||
	    expected != length - begin)
		return error_set(error, -EINVAL, 0,
				 "found %zu bytes of data, expected %" PRIu64 " elements of %u",
				 length - begin, array->elements, array->width);
	array->data = bytes + begin;
	return 0;
}

int npy_parse(const char *bytes, size_t length, struct npy_array *array, struct amqadf_error *error)
{
	char header[HEADER_MAX];
	size_t begin = 0, size = 0;
	int status = find_header(bytes, length, &begin, &size, error);

	if (status)
		return status;
	memcpy(header, bytes + begin, size);
	header[size] = '\0';
	header[strcspn(header, "\n")] = '\0';
	status = parse_type(header, array, error);
	if (!status)
		status = parse_shape(header, array, error);
	if (!status)
		status = check_data(bytes, length, begin + size, array, error);
	return status;
}

double npy_element(const struct npy_array *array, uint64_t index)
{
	double wide;
	float narrow;

	if (array->width == 8) {
		memcpy(&wide, array->data + 8 * index, 8);
		return wide;
	}
	memcpy(&narrow, array->data + 4 * index, 4);
	return (double)narrow;
}

void npy_write_header(FILE *stream, uint32_t dimensions, const uint64_t *shape)
{
	char header[256];
	int length = snprintf(header, sizeof(header),
			      "{'descr': '<f4', 'fortran_order': False, 'shape': (");
	int padded;

	for (uint32_t d = 0; d < dimensions; d++)
		length += snprintf(header + length, sizeof(header) - (size_t)length,
				   "%" PRIu64 "%s", shape[d], d + 1 < dimensions ? ", " : "");
	length += snprintf(header + length, sizeof(header) - (size_t)length, "), }");
	/* The data are aligned: 10 bytes, the header, spaces and a line feed come before. */
	padded = (10 + length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - 10;
	fwrite(MAGIC "\x01\x00", 1, 8, stream);
	fputc(padded & 0xff, stream);
	fputc(padded >> 8, stream);
	fprintf(stream, "%-*s\n", padded - 1, header);
}
