/* SPDX-License-Identifier: Apache-2.0 */
/* Mappers of points into every voxel of a box. */
#include "plugins/parallel/openvdb10/map.h"
#include "plugins/parallel/openvdb10/box.h"
#include "plugins/parallel/openvdb10/select.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <cstring>

using openvdb::CoordBBox;

Map *map_idw_next, *map_kde_next;

static_assert(sizeof(Point) == 3 * sizeof(float), "as C kernels have points");

/* Whether the original does not refuse the call, and what it gives can be told beforehand. */
static bool mappable(const GridPtr &grid, const std::vector<Point> &points,
		     const std::vector<float> &values)
{
	return grid && !points.empty() && points.size() == values.size() && aligned(*grid);
}

static struct amqadf_points as_points(const std::vector<Point> &points,
				      const std::vector<float> &values)
{
	return {points.size(), &points.data()->x, values.data()};
}

static bool serve_idw(const IdwMapper &mapper, Grid &grid, const CoordBBox &box,
		      const struct amqadf_points &points)
{
	Dense dense(grid, box, 0.0f);

	if (settings.kernels->map_idw(&points, dense.placed(), mapper.power, mapper.k,
				      select_nearest) != 0)
		return false;
	dense.write(grid, nullptr);
	return true;
}

static bool idw(const IdwMapper &mapper, const GridPtr &grid, const std::vector<Point> &points,
		const std::vector<float> &values)
{
	CoordBBox box;

	if (mappable(grid, points, values)) {
		box = grid->evalActiveVoxelBoundingBox();
		if (box.empty() && !box_of_points(*grid, points, box))
			box.reset();
	}
	return served(static_cast<double>(box.volume()) * points.size(), [&] {
		return !box.empty() && serve_idw(mapper, *grid, box, as_points(points, values));
	});
}

void map_idw(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
	     const std::vector<float> &values)
{
	if (!idw(*static_cast<const IdwMapper *>(mapper), grid, points, values))
		map_idw_next(mapper, grid, points, values);
}

/* No result of finite values has these bits. */
static float untouched()
{
	const uint32_t bits = 0x7fc0dead;
	float value;

	std::memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool serve_kde(const KdeMapper &mapper, Grid &grid, const CoordBBox &box,
		      const struct amqadf_points &points)
{
	const enum amqadf_kde_kernel kernel =
		mapper.kernel == "epanechnikov" ? AMQADF_KDE_EPANECHNIKOV : AMQADF_KDE_GAUSSIAN;
	const float none = untouched();
	Dense dense(grid, box, none);

	if (settings.kernels->map_kde(&points, dense.placed(), mapper.bandwidth, kernel) != 0)
		return false;
	dense.write(grid, &none);
	return true;
}

static bool kde(const KdeMapper &mapper, const GridPtr &grid, const std::vector<Point> &points,
		const std::vector<float> &values)
{
	CoordBBox box;

	if (mappable(grid, points, values))
		box = grid->evalActiveVoxelBoundingBox();
	return served(5.0 * static_cast<double>(box.volume()) * points.size(), [&] {
		return !box.empty() && serve_kde(mapper, *grid, box, as_points(points, values));
	});
}

void map_kde(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
	     const std::vector<float> &values)
{
	if (!kde(*static_cast<const KdeMapper *>(mapper), grid, points, values))
		map_kde_next(mapper, grid, points, values);
}
