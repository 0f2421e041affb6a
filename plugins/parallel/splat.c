/* SPDX-License-Identifier: Apache-2.0 */
/* Points written into the leaves of a sparse grid, in their order. */
#include <math.h>
#include <string.h>
#include "plugins/parallel/leaf.h"
#include "plugins/parallel/splat.h"

#define LAST (LEAF_EDGE - 1)

struct voxels {
	int32_t at[3][SPLAT_CHUNK];
	uint32_t slot[SPLAT_CHUNK], offset[SPLAT_CHUNK]; /* In the table, and in the leaf. */
};

/* What a conversion on x86 gives, of what 32 bits do not hold the least number. */
static int32_t floor_of(double x)
{
	const double least = INT32_MIN;
	const bool held = x >= least && x < -least;

	return held ? (int32_t)floor(held ? x : 0.0) : INT32_MIN;
}

static inline uint32_t slot_of(const struct splat_table *table, int32_t x, int32_t y, int32_t z)
{
	const uint32_t *bits = table->bits;
	const uint32_t place[3] = {(uint32_t)x / LEAF_EDGE & ((1U << bits[0]) - 1),
				   (uint32_t)y / LEAF_EDGE & ((1U << bits[1]) - 1),
				   (uint32_t)z / LEAF_EDGE & ((1U << bits[2]) - 1)};

	return (place[0] << bits[1] | place[1]) << bits[2] | place[2];
}

static inline uint32_t offset_of(int32_t x, int32_t y, int32_t z)
{
	return (uint32_t)(x & LAST) << 6 | (uint32_t)(y & LAST) << 3 | (uint32_t)(z & LAST);
}

static void find_voxels(const struct splat_table *table, const struct splat_points *points,
			struct voxels *restrict voxels)
{
	for (int axis = 0; axis < 3; axis++)
		for (uint32_t n = 0; n < points->count; n++)
			voxels->at[axis][n] = floor_of(points->at[axis][n]);
	for (uint32_t n = 0; n < points->count; n++) {
		const int32_t x = voxels->at[0][n], y = voxels->at[1][n], z = voxels->at[2][n];

		voxels->slot[n] = slot_of(table, x, y, z);
		voxels->offset[n] = offset_of(x, y, z);
	}
}

static inline const struct splat_leaf *leaf_in(const struct splat_table *table, uint32_t slot,
					       const int32_t *voxel)
{
	struct splat_leaf *leaf = &table->slots[slot];
	const int32_t key[3] = {(voxel[0] & ~LAST) | 1, voxel[1] & ~LAST, voxel[2] & ~LAST};

	if (((leaf->key[0] ^ key[0]) | (leaf->key[1] ^ key[1]) | (leaf->key[2] ^ key[2])) == 0)
		return leaf;
	if (!table->touch(table->tree, voxel, leaf))
		return NULL;
	memcpy(leaf->key, key, sizeof(key));
	return leaf;
}

static inline void activate(const struct splat_leaf *leaf, uint32_t offset)
{
	leaf->mask[offset / 64] |= (uint64_t)1 << offset % 64;
}

bool LEVEL(splat_nearest)(const struct splat_table *table, const struct splat_points *points)
{
	struct voxels voxels;

	find_voxels(table, points, &voxels);
	for (uint32_t n = 0; n < points->count; n++) {
		const int32_t voxel[3] = {voxels.at[0][n], voxels.at[1][n], voxels.at[2][n]};
		const struct splat_leaf *leaf = leaf_in(table, voxels.slot[n], voxel);

		if (!leaf)
			return false;
		leaf->values[voxels.offset[n]] = points->values[n];
		activate(leaf, voxels.offset[n]);
	}
	return true;
}

/* A value's shares: of the voxels below and above along x and y, and how z divides them. */
struct shares {
	float part[4][SPLAT_CHUNK], along[2][SPLAT_CHUNK];
};

static void share(const struct splat_points *points, const struct voxels *voxels,
		  struct shares *restrict shares)
{
	for (uint32_t n = 0; n < points->count; n++) {
		const float x = (float)(points->at[0][n] - voxels->at[0][n]);
		const float y = (float)(points->at[1][n] - voxels->at[1][n]);
		const float z = (float)(points->at[2][n] - voxels->at[2][n]);
		const float value = points->values[n];

		shares->part[0][n] = value * (1.0f - x) * (1.0f - y);
		shares->part[1][n] = value * (1.0f - x) * y;
		shares->part[2][n] = value * x * (1.0f - y);
		shares->part[3][n] = value * x * y;
		shares->along[0][n] = 1.0f - z;
		shares->along[1][n] = z;
	}
}

/* Two voxels in each of two rows in each of two planes. */
static void add_in_leaf(const struct splat_leaf *leaf, uint32_t offset, const struct shares *shares,
			uint32_t n)
{
	const uint64_t four = (uint64_t)0x303 << offset % 64;

	for (uint32_t row = 0; row < 4; row++) {
		float *pair = leaf->values + offset + (row >> 1) * 64 + (row & 1) * 8;
		const float part = shares->part[row][n];

		pair[0] = __builtin_fmaf(part, shares->along[0][n], pair[0]);
		pair[1] = __builtin_fmaf(part, shares->along[1][n], pair[1]);
	}
	leaf->mask[offset / 64] |= four;
	leaf->mask[offset / 64 + 1] |= four;
}

static int32_t step(int32_t from, uint32_t by)
{
	return (int32_t)((uint32_t)from + by);
}

static bool add_in_leaves(const struct splat_table *table, const int32_t *below,
			  const struct shares *shares, uint32_t n)
{
	for (uint32_t corner = 0; corner < 8; corner++) {
		const int32_t x = step(below[0], corner >> 2);
		const int32_t y = step(below[1], corner >> 1 & 1);
		const int32_t z = step(below[2], corner & 1);
		const struct splat_leaf *leaf =
			leaf_in(table, slot_of(table, x, y, z), (const int32_t[]){x, y, z});
		const uint32_t offset = offset_of(x, y, z);

		if (!leaf)
			return false;
		leaf->values[offset] =
			__builtin_fmaf(shares->part[corner >> 1][n], shares->along[corner & 1][n],
				       leaf->values[offset]);
		activate(leaf, offset);
	}
	return true;
}

static bool in_one_leaf(const int32_t *below)
{
	return (below[0] & LAST) != LAST && (below[1] & LAST) != LAST && (below[2] & LAST) != LAST;
}

bool LEVEL(splat_linear)(const struct splat_table *table, const struct splat_points *points)
{
	struct voxels voxels;
	struct shares shares;

	find_voxels(table, points, &voxels);
	share(points, &voxels, &shares);
	for (uint32_t n = 0; n < points->count; n++) {
		const int32_t below[3] = {voxels.at[0][n], voxels.at[1][n], voxels.at[2][n]};
		const struct splat_leaf *leaf;

		if (!in_one_leaf(below)) {
			if (!add_in_leaves(table, below, &shares, n))
				return false;
			continue;
		}
		leaf = leaf_in(table, voxels.slot[n], below);
		if (!leaf)
			return false;
		add_in_leaf(leaf, voxels.offset[n], &shares, n);
	}
	return true;
}
