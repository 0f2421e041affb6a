/* SPDX-License-Identifier: Apache-2.0 */
/* Points as comma-separated values. */
#include "kernels/csv.h"
#include "kernels/error.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[4] = {"x", "y", "z", "value"};

/* The parser's place, and the points so far. */
struct csv {
	const char *at, *end;
	uint64_t line;
	locale_t locale; /* C, whatever the process has set: "." is the decimal point. */
	float *xyz, *values;
	uint64_t count, room;
	struct amqadf_error *error;
};

static size_t line_length(const struct csv *csv)
{
	const char *feed = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));

	return (size_t)((feed ? feed : csv->end) - csv->at);
}

static bool line_blank(const char *line, size_t length)
{
	return strspn(line, " \t\r") >= length;
}

static size_t field_length(const char *field, const char *end)
{
	size_t length = strcspn(field, ",\r\n");

	return length < (size_t)(end - field) ? length : (size_t)(end - field);
}

/* A number with nothing but blanks around it; an empty field is none. */
static bool parse_number(const struct csv *csv, const char *field, size_t length, float *number)
{
	size_t blank = strspn(field, " \t");
	char *behind;

	if (blank >= length)
		return false;
	*number = strtof_l(field, &behind, csv->locale);
	if (behind == field || behind > field + length)
		return false;
	return (size_t)(behind - field) + strspn(behind, " \t") >= length;
}

/* Names, as opposed to points, are on a line of which no field is a number. */
static bool line_is_names(const struct csv *csv, const char *end)
{
	const char *field = csv->at;
	float number;

	for (;;) {
		size_t length = field_length(field, end);

		if (parse_number(csv, field, length, &number))
			return false;
		if (field + length >= end || field[length] != ',')
			return true;
		field += length + 1;
	}
}

static int reserve(struct csv *csv)
{
	uint64_t room = csv->room ? 2 * csv->room : 1024;
	float *xyz, *values;

	if (csv->count < csv->room)
		return 0;
	xyz = reallocarray(csv->xyz, room, 3 * sizeof(float));
	if (xyz)
		csv->xyz = xyz;
	values = reallocarray(csv->values, room, sizeof(float));
	if (values)
		csv->values = values;
	if (!xyz || !values)
		return error_system(csv->error, -ENOMEM, "cannot be held in memory");
	csv->room = room;
	return 0;
}

static int refuse_field(const struct csv *csv, const char *field, size_t length, int column)
{
	return error_set(csv->error, -EINVAL, csv->line,
			 "found '%.*s' in column %d, expected a finite number (%s)",
			 (int)(length < 40 ? length : 40), field, column + 1, columns[column]);
}

static int parse_line(struct csv *csv, const char *end)
{
	const char *field = csv->at;
	float row[4];

	for (int column = 0; column < 4; column++) {
		size_t length = field_length(field, end);
		bool last = field + length >= end || field[length] != ',';

		if (!parse_number(csv, field, length, &row[column]) || !isfinite(row[column]))
			return refuse_field(csv, field, length, column);
		if (last != (column == 3))
			return error_set(csv->error, -EINVAL, csv->line,
					 "found %s columns, expected 4: x,y,z,value",
					 last ? "fewer than 4" : "more than 4");
		field += length + 1;
	}
	if (reserve(csv))
		return -ENOMEM;
	memcpy(csv->xyz + 3 * csv->count, row, 3 * sizeof(float));
	csv->values[csv->count++] = row[3];
	return 0;
}

static int parse_lines(struct csv *csv)
{
	bool first = true;

	for (csv->line = 1; csv->at < csv->end; csv->line++) {
		size_t length = line_length(csv);
		const char *end = csv->at + length;
		int status = 0;

		if (memchr(csv->at, '\0', length))
			return error_set(csv->error, -EINVAL, csv->line,
					 "found a NUL byte, expected text: x,y,z,value");
		if (length && end[-1] == '\r')
			end--;
		if (!line_blank(csv->at, (size_t)(end - csv->at))) {
			if (!first || !line_is_names(csv, end))
				status = parse_line(csv, end);
			first = false;
		}
		if (status)
			return status;
		csv->at += length + 1;
	}
	return 0;
}

int csv_parse(const char *text, size_t length, struct amqadf_points *points,
	      struct amqadf_error *error)
{
	struct csv csv = {.at = text, .end = text + length, .error = error};
	int status;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		csv.at += 3; /* A byte order mark, which spreadsheets write. */
	csv.locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!csv.locale)
		return error_system(error, -ENOMEM, "cannot be held in memory");
	status = parse_lines(&csv);
	freelocale(csv.locale);
	if (status) {
		free(csv.xyz);
		free(csv.values);
		return status;
	}
	*points = (struct amqadf_points){.count = csv.count, .xyz = csv.xyz, .values = csv.values};
	return 0;
}

int csv_write(FILE *stream, const struct amqadf_points *points)
{
	locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before;

	if (!locale)
		return -ENOMEM;
	before = uselocale(locale);
	fprintf(stream, "%s,%s,%s,%s\n", columns[0], columns[1], columns[2], columns[3]);
	for (uint64_t p = 0; p < points->count; p++)
		fprintf(stream, "%.9g,%.9g,%.9g,%.9g\n", (double)points->xyz[3 * p],
			(double)points->xyz[3 * p + 1], (double)points->xyz[3 * p + 2],
			(double)points->values[p]);
	uselocale(before);
	freelocale(locale);
	return 0;
}
