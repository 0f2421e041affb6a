/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for branches one by one, and taking them all down. */
#include "preload/code_branches.h"

#include <string.h>

#include "preload/maps.h"
#include "preload/memory.h"

#define JMP_REL32 0xe9
#define CALL_REL32 0xe8
#define TWO_BYTE 0x0f
#define JCC_REL32 0x80
#define DISPLACEMENT sizeof(int32_t)

/* The text of the last question, and where its branches lead: bit n stands for start + n. */
static struct {
	uint64_t start, end;
	uint8_t *targets; /* NULL before the second question. */
} latest;

static bool is_branch(const uint8_t *displacement, const uint8_t *start)
{
	if (displacement > start &&
	    (displacement[-1] == JMP_REL32 || displacement[-1] == CALL_REL32))
		return true;
	return displacement > start + 1 && displacement[-2] == TWO_BYTE &&
	       (displacement[-1] & 0xf0) == JCC_REL32;
}

static uint64_t target_of(const uint8_t *displacement)
{
	int32_t value;

	memcpy(&value, displacement, sizeof(value));
	return (uint64_t)displacement + sizeof(value) + (uint64_t)(int64_t)value;
}

/* Targets are compared before opcodes, because hardly any four bytes lead there. */
bool recoat_branches_search(const struct recoat_mapping *text, uint64_t from, uint64_t end)
{
	const uint8_t *start = (const uint8_t *)text->start;
	const uint8_t *last = (const uint8_t *)text->end - DISPLACEMENT;

	for (const uint8_t *at = start; at <= last; at++)
		if (__builtin_expect(target_of(at) - from < end - from, 0) && is_branch(at, start))
			return true;
	return false;
}

static void take_down(const uint8_t *displacement)
{
	uint64_t bit = target_of(displacement) - latest.start;

	if (bit < latest.end - latest.start)
		latest.targets[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static void take_down_all(void)
{
	const uint8_t *start = (const uint8_t *)latest.start;
	const uint8_t *last = (const uint8_t *)latest.end - DISPLACEMENT;

	for (const uint8_t *at = start + 1; at <= last; at++)
		if (__builtin_expect(is_branch(at, start), 0))
			take_down(at);
}

static bool is_target(uint64_t bit)
{
	return latest.targets[bit / 8] >> bit % 8 & 1;
}

static uint64_t bytes_needed(void)
{
	return (latest.end - latest.start + 7) / 8;
}

static bool is_latest(const struct recoat_mapping *text)
{
	return text->start == latest.start && text->end == latest.end;
}

void recoat_branches_forget(void)
{
	if (latest.targets)
		recoat_unmap(latest.targets, bytes_needed());
	memset(&latest, 0, sizeof(latest));
}

bool recoat_branches_lead_into(const struct recoat_mapping *text, uint64_t from, uint64_t end)
{
	if (!is_latest(text)) {
		recoat_branches_forget();
		latest.start = text->start;
		latest.end = text->end;
		return recoat_branches_search(text, from, end);
	}
	if (!latest.targets) {
		latest.targets = recoat_map(bytes_needed());
		if (!latest.targets)
			return recoat_branches_search(text, from, end);
		take_down_all();
	}
	for (uint64_t at = from; at < end && at < latest.end; at++)
		if (is_target(at - latest.start))
			return true;
	return false;
}
