/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the encodings of .eh_frame from a bounded range of bytes. */
#ifndef RECOAT_CFI_BYTES_H
#define RECOAT_CFI_BYTES_H

/*
 * A reader never passes `end`: what would lie beyond it reads as 0 and sets `bad`, so that a
 * parser may read a whole record and look at `bad` once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct recoat_bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

/* The next `size` bytes (1 to 8) as a little-endian number. */
static inline uint64_t recoat_bytes_unsigned(struct recoat_bytes *from, size_t size)
{
	uint64_t value = 0;

	if ((size_t)(from->end - from->at) < size) {
		from->bad = true;
		from->at = from->end;
		return 0;
	}
	memcpy(&value, from->at, size);
	from->at += size;
	return value;
}

static inline int64_t recoat_bytes_signed(struct recoat_bytes *from, size_t size)
{
	unsigned unused = 64 - 8 * (unsigned)size;

	return (int64_t)(recoat_bytes_unsigned(from, size) << unused) >> unused;
}

static inline uint64_t recoat_bytes_uleb(struct recoat_bytes *from)
{
	uint64_t value = 0;
	uint64_t byte;
	unsigned shift = 0;

	do {
		byte = recoat_bytes_unsigned(from, 1);
		if (shift < 64)
			value |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

static inline int64_t recoat_bytes_sleb(struct recoat_bytes *from)
{
	uint64_t value = 0;
	uint64_t byte;
	unsigned shift = 0;

	do {
		byte = recoat_bytes_unsigned(from, 1);
		if (shift < 64)
			value |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (shift < 64 && (byte & 0x40))
		value |= ~0ull << shift;
	return (int64_t)value;
}

/* The next `size` bytes as a reader of their own; `from` goes on behind them. */
static inline struct recoat_bytes recoat_bytes_take(struct recoat_bytes *from, uint64_t size)
{
	struct recoat_bytes taken = {.at = from->at, .end = from->at};

	if ((uint64_t)(from->end - from->at) < size) {
		from->bad = true;
		size = (uint64_t)(from->end - from->at);
	}
	taken.end += size;
	from->at += size;
	return taken;
}

/* A pointer in one of the DW_EH_PE_* encodings, less the indirection. */
static inline uint64_t recoat_bytes_pointer(struct recoat_bytes *from, uint8_t encoding,
					    uint64_t data_base)
{
	uint64_t field = (uint64_t)from->at;
	uint64_t value;

	switch (encoding & 0x0f) {
	case 0x00: /* absptr */
	case 0x04: /* udata8 */
	case 0x0c: /* sdata8 */
		value = recoat_bytes_unsigned(from, 8);
		break;
	case 0x01:
		value = recoat_bytes_uleb(from);
		break;
	case 0x02:
	case 0x03:
		value = recoat_bytes_unsigned(from, (encoding & 1) ? 4 : 2);
		break;
	case 0x09:
		value = (uint64_t)recoat_bytes_sleb(from);
		break;
	case 0x0a:
	case 0x0b:
		value = (uint64_t)recoat_bytes_signed(from, (encoding & 1) ? 4 : 2);
		break;
	default:
		from->bad = true;
		return 0;
	}
	if ((encoding & 0x70) == 0x10) /* pcrel */
		return value + field;
	if ((encoding & 0x70) == 0x30) /* datarel */
		return value + data_base;
	return value;
}

#endif
