/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting: candidates are narrowed down from blocks of voxels to eights. */
#include "plugins/parallel/cells.h"
#include "plugins/parallel/common.h"
#include "plugins/parallel/idw.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/simd.h"

#include <stdlib.h>

/*
 * A block of 8^3 voxels gathers from the cells the points that may be among the k nearest of
 * one of its voxels; blocks of 4^3 and then 2^3 inside of it keep of those what may be for
 * theirs. If U is not below the distance from the block's centre to the k-th nearest, and h the
 * distance from the centre to the farthest voxel, no voxel needs a point beyond U + 2 h. The
 * eight voxels of the last block are the lanes of idw_eight().
 */
#define BLOCK 8
#define DEPTH 3 /* Lists: of 8^3, 4^3 and 2^3. */
#define BYTES_A_CANDIDATE                                                                          \
	(sizeof(struct idw_neighbour) + 2 * sizeof(double) + DEPTH * 4 * sizeof(float))
/* Distances are computed with relative errors of some 1e-15. */
#define SLACK (1.0 + 1e-12)

struct job {
	struct amqadf_grid *grid;
	struct cells cells;
	struct idw_weighing weighing;
	uint64_t blocks[3];
	struct pool_share share;
	_Atomic bool failed; /* No memory. */
};

struct scratch {
	struct job *job;
	struct idw_list list[DEPTH];
	struct idw_scratch space;
	void *memory;
	uint64_t room;
	double reach; /* Of the block before: a first guess. */
};

/* A cube of voxels, cut at the grid's border. */
struct block {
	uint64_t low[3], high[3]; /* Inclusive. */
	double centre[3];
	double half; /* From the centre to the farthest voxel. */
};

static struct block block_at(const struct amqadf_grid *grid, const uint64_t low[3], uint64_t edge)
{
	const uint64_t size[3] = {grid->nx, grid->ny, grid->nz};
	struct block block;
	double half2 = 0.0;

	for (int axis = 0; axis < 3; axis++) {
		uint64_t beyond = size[axis] - low[axis];
		double first, last, reach;

		block.low[axis] = low[axis];
		block.high[axis] = low[axis] + (beyond < edge ? beyond : edge) - 1;
		first = world(grid, axis, block.low[axis]);
		last = world(grid, axis, block.high[axis]);
		block.centre[axis] = 0.5 * first + 0.5 * last;
		reach = fmax(fabs(block.centre[axis] - first), fabs(last - block.centre[axis]));
		half2 += reach * reach;
	}
	block.half = sqrt(half2) * SLACK;
	return block;
}

/* One allocation holds all lists and the distances; rows are padded to whole vectors. */
static bool make_room(struct scratch *scratch, uint64_t count)
{
	uint64_t room = (count + count / 4 + 63) & ~UINT64_C(15);
	float *at;

	if (scratch->room >= count + 16)
		return true;
	free(scratch->memory);
	scratch->room = 0;
	scratch->memory = aligned_alloc(64, room * BYTES_A_CANDIDATE);
	if (!scratch->memory)
		return false;
	scratch->room = room;
	scratch->space.chosen = scratch->memory;
	scratch->space.d2 = (double *)(scratch->space.chosen + room);
	scratch->space.order = scratch->space.d2 + room;
	at = (float *)(scratch->space.order + room);
	for (int depth = 0; depth < DEPTH; depth++, at += 4 * room)
		scratch->list[depth] = (struct idw_list){.x = at,
							 .y = at + room,
							 .z = at + 2 * room,
							 .point = (uint32_t *)(at + 3 * room)};
	return true;
}

static uint32_t count_within(const double *d2, uint32_t count, double bound2)
{
	int64_t within = 0;

	for (uint32_t n = 0; n < count; n++)
		within += d2[n] <= bound2;
	return (uint32_t)within;
}

/*
 * A distance within which there are k of the points, as there are within `high`, and probably
 * not within `low`; not far above the least.
 */
static double narrow(const double *d2, uint32_t count, uint32_t k, double low, double high)
{
	for (int step = 0; step < 60 && high - low > high / 32.0; step++) {
		double middle = 0.5 * (low + high);

		if (count_within(d2, count, middle * middle) >= k)
			high = middle;
		else
			low = middle;
	}
	return high * SLACK;
}

static double largest(const double *d2, uint32_t count)
{
	double most = 0.0;

	for (uint32_t n = 0; n < count; n++)
		most = d2[n] > most ? d2[n] : most;
	return most;
}

/* Keep of `from` those within `reach`; *to may be the same list. */
static void keep(const struct idw_list *from, const double *d2, double reach, struct idw_list *to)
{
	double reach2 = reach * reach * SLACK;
	uint32_t kept = 0, n = 0;

#ifdef __AVX512F__
	for (; n + 8 <= from->count; n += 8) {
		__mmask8 in = _mm512_cmp_pd_mask(_mm512_loadu_pd(d2 + n), _mm512_set1_pd(reach2),
						 _CMP_LE_OQ);
		__m256 x = _mm256_loadu_ps(from->x + n), y = _mm256_loadu_ps(from->y + n);
		__m256 z = _mm256_loadu_ps(from->z + n);
		__m256i point = _mm256_loadu_si256((const void *)(from->point + n));

		_mm256_storeu_ps(to->x + kept, _mm256_maskz_compress_ps(in, x));
		_mm256_storeu_ps(to->y + kept, _mm256_maskz_compress_ps(in, y));
		_mm256_storeu_ps(to->z + kept, _mm256_maskz_compress_ps(in, z));
		_mm256_storeu_si256((void *)(to->point + kept),
				    _mm256_maskz_compress_epi32(in, point));
		kept += (uint32_t)__builtin_popcount(in);
	}
#endif
	for (; n < from->count; n++) {
		to->x[kept] = from->x[n];
		to->y[kept] = from->y[n];
		to->z[kept] = from->z[n];
		to->point[kept] = from->point[n];
		kept += d2[n] <= reach2;
	}
	to->count = kept;
}

struct range {
	uint32_t low[3], high[3]; /* Cells, inclusive. */
};

static struct range cells_around(const struct cells *cells, const double centre[3], double reach)
{
	struct range range;

	for (int axis = 0; axis < 3; axis++) {
		range.low[axis] = cell_along(cells, axis, centre[axis] - reach * SLACK);
		range.high[axis] = cell_along(cells, axis, centre[axis] + reach * SLACK);
	}
	return range;
}

static void append(struct idw_list *list, const struct cells *cells, uint32_t from, uint32_t count)
{
	memcpy(list->x + list->count, cells->x + from, count * sizeof(float));
	memcpy(list->y + list->count, cells->y + from, count * sizeof(float));
	memcpy(list->z + list->count, cells->z + from, count * sizeof(float));
	memcpy(list->point + list->count, cells->point + from, count * sizeof(uint32_t));
	list->count += count;
}

/* Copy all points of the cells in a range to the first list; false if there is no memory. */
static bool gather(struct scratch *scratch, const struct range *range)
{
	const struct cells *cells = &scratch->job->cells;
	uint64_t count = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1 && !make_room(scratch, count))
			return false;
		scratch->list[0].count = 0;
		for (uint64_t i = range->low[0]; i <= range->high[0]; i++)
			for (uint64_t j = range->low[1]; j <= range->high[1]; j++) {
				const uint32_t *row =
					cells->start + (i * cells->size[1] + j) * cells->size[2];
				uint32_t from = row[range->low[2]], to = row[range->high[2] + 1];

				if (pass == 0)
					count += to - from;
				else if (to > from)
					append(&scratch->list[0], cells, from, to - from);
			}
	}
	return true;
}

/*
 * Fill the first list with all points that `block` may need. Returns a distance from its
 * centre within which there are k, negative if there is no memory.
 */
static double gather_block(struct scratch *scratch, const struct block *block)
{
	const struct cells *cells = &scratch->job->cells;
	struct idw_list *list = &scratch->list[0];
	uint32_t k = scratch->job->weighing.k;
	double reach = scratch->reach * 1.1 + 2.0 * block->half, near;

	for (;;) {
		struct range range = cells_around(cells, block->centre, reach);
		bool all;

		if (!gather(scratch, &range))
			return -1.0;
		all = list->count == cells->count;
		LEVEL(idw_measure)(list, block->centre, scratch->space.d2);
		if (all)
			reach = sqrt(largest(scratch->space.d2, list->count)) * SLACK;
		if (count_within(scratch->space.d2, list->count, reach * reach) >= k) {
			near = narrow(scratch->space.d2, list->count, k, 0.0, reach);
			if (all || near + 2.0 * block->half <= reach)
				break;
			reach = (near + 2.0 * block->half) * SLACK;
		} else {
			reach *= 2.0;
		}
	}
	keep(list, scratch->space.d2, near + 2.0 * block->half, list);
	scratch->reach = near;
	return near;
}

static double distance(const double one[3], const double other[3])
{
	double dx = one[0] - other[0], dy = one[1] - other[1], dz = one[2] - other[2];

	return sqrt(dx * dx + dy * dy + dz * dz);
}

/* Map the voxels of `block`, for which list number `depth` holds what it may need. */
static void descend(struct scratch *scratch, const struct block *block, double near, int depth)
{
	const struct job *job = scratch->job;
	uint64_t edge = (uint64_t)(BLOCK / 2) >> depth, at[3];

	if (edge == 1) {
		LEVEL(idw_eight)
		(&job->weighing, job->grid, block->low, &scratch->list[depth], &scratch->space);
		return;
	}
	for (at[0] = block->low[0]; at[0] <= block->high[0]; at[0] += edge)
		for (at[1] = block->low[1]; at[1] <= block->high[1]; at[1] += edge)
			for (at[2] = block->low[2]; at[2] <= block->high[2]; at[2] += edge) {
				struct block part = block_at(job->grid, at, edge);
				struct idw_list *list = &scratch->list[depth];
				double away = distance(part.centre, block->centre), bound;

				LEVEL(idw_measure)(list, part.centre, scratch->space.d2);
				bound = narrow(scratch->space.d2, list->count, job->weighing.k,
					       fmax(0.0, near * 0.97 - away),
					       (near + away) * SLACK);
				keep(list, scratch->space.d2, bound + 2.0 * part.half,
				     &scratch->list[depth + 1]);
				descend(scratch, &part, bound, depth + 1);
			}
}

static void map_block(struct scratch *scratch, uint64_t number)
{
	struct job *job = scratch->job;
	const uint64_t low[3] = {
		number / job->blocks[2] / job->blocks[1] * BLOCK,
		number / job->blocks[2] % job->blocks[1] * BLOCK,
		number % job->blocks[2] * BLOCK,
	};
	struct block block = block_at(job->grid, low, BLOCK);
	double near = gather_block(scratch, &block);

	if (near < 0.0)
		atomic_store(&job->failed, true);
	else
		descend(scratch, &block, near, 0);
}

static bool make_room_for_all(struct scratch *scratch)
{
	struct job *job = scratch->job;

	scratch->space.all = malloc(job->cells.count * sizeof(*scratch->space.all));
	if (!scratch->space.all)
		atomic_store(&job->failed, true);
	return scratch->space.all;
}

static void map_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	struct scratch scratch = {.job = job, .reach = job->cells.spacing};
	uint64_t from, to;

	(void)member, (void)members;
	if (FUSED && !make_room_for_all(&scratch))
		return;
	while (!atomic_load(&job->failed) && pool_take(&job->share, &from, &to))
		for (uint64_t block = from; block < to; block++)
			map_block(&scratch, block);
	free(scratch.space.all);
	free(scratch.memory);
}

/* Some hundred steps a voxel, where the reference has one or more a voxel and point. */
static double steps(const struct job *job)
{
	return (double)voxels_of(job->grid) * (50.0 + 10.0 * job->weighing.k);
}

static int map(const struct amqadf_points *points, struct amqadf_grid *grid, float power, int32_t k,
	       idw_select *select)
{
	struct job job = {.grid = grid};

	if (!points_served(points) || !grid_served(grid) || !(power > 0.0f) || k <= 0 ||
	    !cells_init(&job.cells, points))
		return PARALLEL_DECLINED;
	job.weighing = idw_weighing(points, power, k);
	job.weighing.select = select;
	job.blocks[0] = (grid->nx + BLOCK - 1) / BLOCK;
	job.blocks[1] = (grid->ny + BLOCK - 1) / BLOCK;
	job.blocks[2] = (grid->nz + BLOCK - 1) / BLOCK;
	job.share.end = job.blocks[0] * job.blocks[1] * job.blocks[2];
	job.share.chunk = 1;
	pool_run(map_share, &job, pool_wanted(steps(&job)));
	cells_fini(&job.cells);
	return atomic_load(&job.failed) ? PARALLEL_DECLINED : 0;
}

#ifdef PARALLEL_FUSED
int LEVEL(map_idw)(const struct amqadf_points *points, struct placed_grid *grid, float power,
		   int32_t k, idw_select *select)
{
	return map(points, &grid->grid, power, k, select);
}
#else
int LEVEL(map_idw)(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		   int32_t k)
{
	return map(points, grid, power, k, NULL);
}
#endif
