/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them: three significant digits, and a unit that fits. */
#include "analyzer/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Three significant digits: 1.23, 12.3, 123. */
static int digits(double value)
{
	return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

struct recoat_number recoat_format_bytes(int64_t bytes)
{
	static const char unit[][4] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = bytes < 0 ? -(double)bytes : (double)bytes;
	struct recoat_number number;
	unsigned i = 0;

	if (value < 1024) {
		snprintf(number.text, sizeof(number.text), "%d B", (int)bytes);
		return number;
	}
	for (; value >= 1023.5 && i < 6; i++)
		value /= 1024;
	snprintf(number.text, sizeof(number.text), "%s%.*f %s", bytes < 0 ? "-" : "", digits(value),
		 value, unit[i]);
	return number;
}

struct recoat_number recoat_format_time(uint64_t nanoseconds)
{
	static const char unit[][3] = {"ns", "us", "ms", "s"};
	double value = (double)nanoseconds;
	struct recoat_number number;
	unsigned i = 0;

	for (; value >= 999.5 && i < 3; i++)
		value /= 1000;
	snprintf(number.text, sizeof(number.text), "%.*f %s", i ? digits(value) : 0, value,
		 unit[i]);
	return number;
}

struct recoat_number recoat_format_count(uint64_t count)
{
	struct recoat_number number = {{0}};
	char plain[24];
	size_t length = (size_t)snprintf(plain, sizeof(plain), "%" PRIu64, count), out = 0;

	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			number.text[out++] = ',';
		number.text[out++] = plain[i];
	}
	return number;
}

struct recoat_number recoat_format_short(double count)
{
	static const char unit[][2] = {"", "k", "M", "G", "T", "P", "E"};
	struct recoat_number number;
	unsigned i = 0;

	for (; count >= 999.5 && i < 6; i++)
		count /= 1000;
	snprintf(number.text, sizeof(number.text), "%.*f%s", i || count < 10 ? digits(count) : 0,
		 count, unit[i]);
	if (!i && count == (double)(int)count)
		snprintf(number.text, sizeof(number.text), "%d", (int)count);
	return number;
}

struct recoat_number recoat_format_share(double part, double whole)
{
	struct recoat_number number = {"-"};

	if (whole > 0)
		snprintf(number.text, sizeof(number.text), "%.1f%%", 100 * part / whole);
	return number;
}

char *recoat_format_clean(char *text)
{
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7F)
			*at = '?';
	return text;
}
