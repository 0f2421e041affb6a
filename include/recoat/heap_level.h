/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the heap is recorded: the values of RECOAT_HEAP and of recoat record --heap. */
#ifndef RECOAT_HEAP_LEVEL_H
#define RECOAT_HEAP_LEVEL_H

/*
 * Runtime and analyzer both read such a value, the one in the target and the other before it
 * starts it, so what they accept must be the same to the letter.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum recoat_heap_level {
	RECOAT_HEAP_OFF,
	RECOAT_HEAP_PROFILE,
	RECOAT_HEAP_SAMPLE,
	RECOAT_HEAP_TRACE,
};

struct recoat_heap_setting {
	enum recoat_heap_level level;
	uint64_t period; /* Of RECOAT_HEAP_SAMPLE: bytes between samples, on average. */
};

/* What is expected, for messages. */
#define RECOAT_HEAP_EXPECTED "profile, trace, sample:BYTES or off"

#define RECOAT_HEAP_PERIOD_MAX (1ull << 40)

/* A decimal number from 1 to RECOAT_HEAP_PERIOD_MAX, K, M or G behind it or nothing. */
static inline bool recoat_heap_period_parse(const char *text, uint64_t *period)
{
	static const char units[] = "KMG";
	const char *unit;
	uint64_t value = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9' && value <= RECOAT_HEAP_PERIOD_MAX; text++)
		value = 10 * value + (uint64_t)(*text - '0');
	unit = *text ? strchr(units, *text) : NULL;
	if (value > RECOAT_HEAP_PERIOD_MAX || (*text && (!unit || text[1])))
		return false;
	*period = unit ? value << 10 * (unit - units + 1) : value;
	return *period > 0 && *period <= RECOAT_HEAP_PERIOD_MAX;
}

/* False if `text` is none of RECOAT_HEAP_EXPECTED. */
static inline bool recoat_heap_level_parse(const char *text, struct recoat_heap_setting *setting)
{
	*setting = (struct recoat_heap_setting){.level = RECOAT_HEAP_OFF};
	if (!strcmp(text, "off"))
		return true;
	setting->level = RECOAT_HEAP_PROFILE;
	if (!strcmp(text, "profile"))
		return true;
	setting->level = RECOAT_HEAP_TRACE;
	if (!strcmp(text, "trace"))
		return true;
	setting->level = RECOAT_HEAP_SAMPLE;
	return !strncmp(text, "sample:", 7) && recoat_heap_period_parse(text + 7, &setting->period);
}

#endif
