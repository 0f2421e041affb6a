/* SPDX-License-Identifier: Apache-2.0 */
/* Mappers that write a few voxels a point, in the points' order. */
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/map.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <algorithm>
#include <cmath>
#include <new>

using openvdb::Coord;
using openvdb::Vec3d;
using openvdb::math::Transform;
using Accessor = openvdb::tree::ValueAccessor<Tree, false>;

Map *map_nearest_next, *map_linear_next;

/* Of about a nanosecond, a point. */
#define STEPS_NEAREST 30.0
#define STEPS_LINEAR 150.0

/* Leaves that are kept at hand: 2^17 at most, 4 MB. */
#define SLOT_BITS 17

/* Of the points, one in so many tells how far they spread. */
#define SAMPLE 64

/* Without a grid, or with other counts, the next one says so. */
static bool points_there(const GridPtr &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	return grid && points.size() == values.size();
}

static Vec3d index_of(const Grid &grid, const Point &point)
{
	return grid.worldToIndex(Vec3d(point.x, point.y, point.z));
}

/* ---- Where there are no active tiles: leaf by leaf. ---- */

static bool touch(void *accessor, const int32_t *voxel, struct splat_leaf *leaf)
{
	try {
		Leaf *node = static_cast<Accessor *>(accessor)->touchLeaf(Coord(voxel));

		leaf->values = node->buffer().data();
		leaf->mask = const_cast<uint64_t *>(mask_of(*node));
	} catch (const std::bad_alloc &) {
		return false;
	}
	return true;
}

/* Where points are in voxels: (world - from) * times if the transform does not turn them. */
class Places
{
      public:
	explicit Places(const Transform &transform) : transform_(transform)
	{
		using namespace openvdb::math;

		straight_ = scales<ScaleMap>() || scales<UniformScaleMap>() ||
			    moves<ScaleTranslateMap>() || moves<UniformScaleTranslateMap>();
	}

	void find(const Point *points, struct splat_points &chunk) const
	{
		for (uint32_t n = 0; n < chunk.count; n++) {
			const Vec3d world(points[n].x, points[n].y, points[n].z);
			const Vec3d at = straight_ ? (world - from_) * times_
						   : transform_.worldToIndex(world);

			for (int axis = 0; axis < 3; axis++)
				chunk.at[axis][n] = at[axis];
		}
	}

      private:
	template <typename Map> bool scales()
	{
		const auto map = transform_.map<Map>();

		if (map)
			times_ = map->getInvScale();
		return map != nullptr;
	}

	template <typename Map> bool moves()
	{
		if (!scales<Map>())
			return false;
		from_ = transform_.map<Map>()->getTranslation();
		return true;
	}

	const Transform &transform_;
	bool straight_;
	Vec3d from_{0.0}, times_{1.0};
};

/*
 * As many leaves along each axis as the points spread over, but not more in all than there are
 * points. Returns the bits of all axes.
 */
static uint32_t shape(const Grid &grid, const std::vector<Point> &points, struct splat_table &table)
{
	openvdb::CoordBBox box;
	uint32_t *const bits = table.bits;
	uint32_t most = 1;

	for (size_t n = 0; n < points.size(); n += SAMPLE)
		box.expand(Coord::floor(index_of(grid, points[n])));
	while (most < SLOT_BITS && points.size() >> most)
		most++;
	for (int axis = 0; axis < 3; axis++) {
		const int64_t low = box.min()[axis] >> 3, high = box.max()[axis] >> 3;

		while ((high - low) >> bits[axis] > 0)
			bits[axis]++;
	}
	while (bits[0] + bits[1] + bits[2] > most)
		--*std::max_element(bits, bits + 3);
	return bits[0] + bits[1] + bits[2];
}

using Splat = decltype(parallel_fused::splat_nearest);

static void write_by_leaf(Grid &grid, const std::vector<Point> &points,
			  const std::vector<float> &values, Splat splat)
{
	const Places places(grid.transform());
	Accessor accessor(grid.tree());
	struct splat_table table = {nullptr, {0, 0, 0}, touch, &accessor};
	const uint32_t bits = shape(grid, points, table);
	std::vector<struct splat_leaf> slots(size_t(1) << bits);
	struct splat_points chunk;

	table.slots = slots.data();
	for (size_t n = 0; n < points.size(); n += chunk.count) {
		chunk.count = std::min<size_t>(points.size() - n, SPLAT_CHUNK);
		chunk.values = values.data() + n;
		places.find(points.data() + n, chunk);
		if (!splat(&table, &chunk))
			throw std::bad_alloc();
	}
}

/* ---- Else setValue() leaves an active tile that has the value already as it is. ---- */

static void set_by_voxel(Grid &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	Accessor accessor(grid.tree());

	for (size_t n = 0; n < points.size(); n++)
		accessor.setValue(Coord::floor(index_of(grid, points[n])), values[n]);
}

/* Eight shares of a value, each rounded once when it is added, as the original's are. */
static void add_around(Accessor &accessor, const Vec3d &at, float value)
{
	const Coord below = Coord::floor(at);
	const Vec3d rest = at - below.asVec3d();
	const float x = rest.x(), y = rest.y(), z = rest.z();

	for (int n = 0; n < 8; n++) {
		const Coord voxel = below.offsetBy(n >> 2, n >> 1 & 1, n & 1);
		const float part = value * (n & 4 ? x : 1.0f - x) * (n & 2 ? y : 1.0f - y);

		accessor.setValue(voxel,
				  std::fma(part, n & 1 ? z : 1.0f - z, accessor.getValue(voxel)));
	}
}

static void add_by_voxel(Grid &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	Accessor accessor(grid.tree());

	for (size_t n = 0; n < points.size(); n++)
		add_around(accessor, index_of(grid, points[n]), values[n]);
}

/* ---- The kernels. ---- */

void map_nearest(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		 const std::vector<float> &values)
{
	if (!served(STEPS_NEAREST * points.size(), [&] {
		    if (!points_there(grid, points, values))
			    return false;
		    if (grid->tree().hasActiveTiles())
			    set_by_voxel(*grid, points, values);
		    else
			    write_by_leaf(*grid, points, values, settings.kernels->splat_nearest);
		    return true;
	    }))
		map_nearest_next(mapper, grid, points, values);
}

/* What has been added cannot be taken back, so without memory nothing is left to the next. */
void map_linear(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		const std::vector<float> &values)
{
	bool out_of_memory = false;
	const bool done = served(STEPS_LINEAR * points.size(), [&] {
		if (!points_there(grid, points, values))
			return false;
		try {
			if (grid->tree().hasActiveTiles())
				add_by_voxel(*grid, points, values);
			else
				write_by_leaf(*grid, points, values,
					      settings.kernels->splat_linear);
		} catch (const std::bad_alloc &) {
			out_of_memory = true;
		}
		return true;
	});

	if (out_of_memory)
		throw std::bad_alloc();
	if (!done)
		map_linear_next(mapper, grid, points, values);
}
