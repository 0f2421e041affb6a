/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` over OpenVDB's grids: nearest, linear, rbf, against the same in sequence:
 * every bit. */
#include "plugins/parallel/openvdb10/map.h"
#include "tests/unit/openvdb10_testing.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;
using openvdb::Vec3d;

/* ---- What the originals compute. ---- */

static void nearest_of(Grid &grid, const std::vector<Point> &points,
		       const std::vector<float> &values)
{
	for (size_t n = 0; n < points.size(); n++)
		grid.tree().setValue(Coord::floor(grid.worldToIndex(Vec3d(points[n].x, points[n].y,
									  points[n].z))),
				     values[n]);
}

static void linear_of(Grid &grid, const std::vector<Point> &points,
		      const std::vector<float> &values)
{
	for (size_t n = 0; n < points.size(); n++) {
		const Vec3d at =
			grid.worldToIndex(Vec3d(points[n].x, points[n].y, points[n].z));
		const Coord below = Coord::floor(at);

		for (int a = 0; a < 2; a++)
			for (int b = 0; b < 2; b++)
				for (int c = 0; c < 2; c++) {
					const Coord voxel = below.offsetBy(a, b, c);
					const float x = at.x() - below.x(), y = at.y() - below.y(),
						    z = at.z() - below.z();
					const float part = values[n] * (a ? x : 1.0f - x) *
							   (b ? y : 1.0f - y);

					grid.tree().setValue(
						voxel, std::fma(part, c ? z : 1.0f - z,
								grid.tree().getValue(voxel)));
				}
	}
}

/* Sums as Eigen takes them in vectors of so many lanes. */
struct Lanes {
	size_t lanes;

	static float halved(std::vector<float> sums, size_t count)
	{
		for (size_t half = count / 2; half > 0; half /= 2)
			for (size_t n = 0; n < half; n++)
				sums[n] += sums[n + half];
		return sums[0];
	}

	/* By so many products are rounded before they are added; the rest is fused. */
	static float with_rest(size_t together, float sum, const float *a, const float *b,
			       size_t from, size_t to)
	{
		const size_t whole = from + (to - from) / together * together;

		for (size_t n = from; n < to; n++)
			sum = n < whole ? sum + a[n] * b[n] : std::fma(a[n], b[n], sum);
		return sum;
	}

	float inner(const float *a, const float *b, size_t count) const
	{
		const size_t pairs = count / (2 * lanes) * (2 * lanes), whole = count / lanes * lanes;
		std::vector<float> sums(2 * lanes);

		if (count == 0)
			return 0.0f;
		if (whole == 0)
			return with_rest(4, a[0] * b[0], a, b, 1, count);
		for (size_t n = 0; n < pairs; n++)
			sums[n % (2 * lanes)] = n < 2 * lanes ? a[n] * b[n]
							      : std::fma(a[n], b[n],
									 sums[n % (2 * lanes)]);
		for (size_t n = 0; n < lanes; n++)
			sums[n] += sums[n + lanes];
		for (size_t n = pairs; n < whole; n++)
			sums[n - pairs] = pairs ? std::fma(a[n], b[n], sums[n - pairs]) : a[n] * b[n];
		return with_rest(lanes / 2, halved(sums, lanes), a, b, whole, count);
	}

	/* Of a matrix's column and a vector; the last of an odd number has its rest halved. */
	float product(const float *a, const float *b, size_t count, bool last) const
	{
		std::vector<float> sums(lanes);
		size_t done = count / lanes * lanes;
		float sum;

		for (size_t n = 0; n < done; n++)
			sums[n % lanes] = std::fma(a[n], b[n], sums[n % lanes]);
		sum = halved(sums, lanes);
		for (size_t part = lanes / 2; last && part >= 4; part /= 2)
			if (done + part <= count) {
				for (size_t n = 0; n < part; n++)
					sums[n] = a[done + n] * b[done + n];
				sum += halved(sums, part);
				done += part;
			}
		return with_rest(lanes / 2, sum, a, b, done, count);
	}
};

/* Eigen's ColPivHouseholderQR: the columns of a square system, which it changes. */
class Solver
{
      public:
	Solver(std::vector<std::vector<float>> columns, std::vector<float> right, size_t lanes)
	    : a(std::move(columns)), b(std::move(right)), n(b.size()), sums{lanes}, order(n)
	{
	}

	std::vector<float> solve()
	{
		size_t rank = factor();
		std::vector<float> x(n);

		substitute(rank);
		for (size_t column = 0; column < rank; column++)
			x[order[column]] = b[column];
		return x;
	}

      private:
	float norm(size_t column, size_t from) const
	{
		const float *rest = a[column].data() + from;

		return std::sqrt(sums.inner(rest, rest, n - from));
	}

	size_t factor()
	{
		float least2 = 0.0f;

		for (size_t column = 0; column < n; column++) {
			order[column] = column;
			now.push_back(norm(column, 0));
		}
		direct = now;
		for (size_t step = 0; step < n; step++) {
			size_t pivot = std::max_element(now.begin() + step, now.end()) - now.begin();
			float largest = now[pivot], eps = largest * FLT_EPSILON;

			if (step == 0)
				least2 = eps * eps / float(n);
			if (largest * largest < least2 * float(n - step))
				return step;
			std::swap(a[step], a[pivot]);
			std::swap(order[step], order[pivot]);
			std::swap(now[step], now[pivot]);
			std::swap(direct[step], direct[pivot]);
			reflect(step);
			for (size_t column = step + 1; column < n; column++)
				shorten(column, step);
		}
		return n;
	}

	void reflect(size_t step)
	{
		const size_t rest = n - step - 1;
		float *own = a[step].data() + step, first = own[0];
		float rest2 = sums.inner(own + 1, own + 1, rest), tau;
		std::vector<float> mirror(rest);

		if (rest2 <= FLT_MIN)
			return;
		own[0] = std::copysign(std::sqrt(std::fma(first, first, rest2)), -first);
		if (first == 0.0f)
			own[0] = -std::fabs(own[0]);
		tau = (own[0] - first) / own[0];
		for (size_t row = 0; row < rest; row++)
			mirror[row] = own[row + 1] / (first - own[0]);
		for (size_t column = step + 1; column < n; column++) {
			float *other = a[column].data() + step;

			apply(mirror, tau, other,
			      sums.product(other + 1, mirror.data(), rest,
					   column == n - 1 && rest % 2));
		}
		apply(mirror, tau, b.data() + step,
		      sums.inner(mirror.data(), b.data() + step + 1, rest));
	}

	static void apply(const std::vector<float> &mirror, float tau, float *column, float product)
	{
		const float times = product + column[0];

		column[0] = std::fma(-tau, times, column[0]);
		for (size_t row = 0; row < mirror.size(); row++)
			column[row + 1] = std::fma(-(tau * mirror[row]), times, column[row + 1]);
	}

	void shorten(size_t column, size_t step)
	{
		if (now[column] == 0.0f)
			return;
		float part = std::fabs(a[column][step]) / now[column];
		float share = now[column] / direct[column];

		part = std::max(0.0f, (1.0f + part) * (1.0f - part));
		if (part * (share * share) <= std::sqrt(FLT_EPSILON))
			now[column] = direct[column] = norm(column, step + 1);
		else
			now[column] *= std::sqrt(part);
	}

	void substitute(size_t rank)
	{
		for (size_t to = rank, from; to > 0; to = from) {
			from = to > 8 ? to - 8 : 0;
			for (size_t column = to; column-- > from;) {
				if (b[column] == 0.0f)
					continue;
				b[column] /= a[column][column];
				for (size_t row = from; row < column; row++)
					b[row] = std::fma(-b[column], a[column][row], b[row]);
			}
			for (size_t row = 0; row < from; row++) {
				float sum = 0.0f;

				for (size_t column = from; column < to; column++)
					sum = row < from / 4 * 4
						      ? std::fma(a[column][row], b[column], sum)
						      : sum + a[column][row] * b[column];
				b[row] -= sum;
			}
		}
	}

	std::vector<std::vector<float>> a;
	std::vector<float> b;
	size_t n;
	Lanes sums;
	std::vector<float> now, direct; /* Norms of columns. */
	std::vector<size_t> order;
};

static float phi(const RbfMapper &mapper, float d)
{
	const float e = mapper.epsilon;

	if (mapper.kernel == "multiquadric")
		return std::sqrt(std::fma(e * e * d, d, 1.0f));
	if (mapper.kernel == "thin_plate")
		return d > 0.0f ? d * d * std::log(d) : 0.0f;
	return std::exp(-e * d * d);
}

static float length(float x, float y, float z)
{
	return std::sqrt(std::fma(z, z, std::fma(x, x, y * y)));
}

static std::vector<float> weights_of(const RbfMapper &mapper, const std::vector<Point> &points,
				     const std::vector<float> &values)
{
	std::vector<std::vector<float>> lines;

	for (const Point &one : points) {
		lines.emplace_back();
		for (const Point &other : points)
			lines.back().push_back(
				phi(mapper, length(other.x - one.x, other.y - one.y, other.z - one.z)));
	}
	return Solver(lines, values, settings.kernels == &parallel_avx512_fused ? 16 : 8).solve();
}

static void rbf_of(const RbfMapper &mapper, Grid &grid, const CoordBBox &box,
		   const std::vector<Point> &points, const std::vector<float> &values)
{
	const std::vector<float> weights = weights_of(mapper, points, values);

	for (auto voxel = box.begin(); voxel; ++voxel) {
		const Vec3d at = grid.indexToWorld(*voxel);
		float sum = 0.0f;

		for (size_t n = 0; n < points.size(); n++)
			sum += weights[n] * phi(mapper, length(float(points[n].x - at.x()),
							       float(points[n].y - at.y()),
							       float(points[n].z - at.z())));
		grid.tree().setValueOn(*voxel, sum);
	}
}

/* ---- Cases. ---- */

static std::vector<Point> random_points(int count, float low, float high, bool lattice)
{
	std::vector<Point> points;

	for (int n = 0; n < count; n++) {
		Point at = {random_between(low, high), random_between(low, high),
			    random_between(low, high)};

		points.push_back(lattice ? Point{std::floor(at.x), std::floor(at.y), 1.0f} : at);
	}
	return points;
}

static std::vector<float> random_values(size_t count)
{
	std::vector<float> values;

	for (size_t n = 0; n < count; n++)
		values.push_back(random_between(-5, 5));
	return values;
}

static GridPtr scaled_grid(double voxel)
{
	GridPtr grid = Grid::create(0.25f);

	grid->setTransform(openvdb::math::Transform::createLinearTransform(voxel));
	return grid;
}

/* With nothing, inactive values, leaves, tiles, and turned. */
static Grids various_grids()
{
	Grids grids = {scaled_grid(0.7), scaled_grid(1.0), scaled_grid(1.0), scaled_grid(0.5),
		       scaled_grid(2.0)};

	grids[1]->tree().setValueOff(Coord(1, 2, 3), 7.0f);
	grids[1]->tree().setValueOn(Coord(0, 0, 0), 3.0f);
	grids[2]->fill(CoordBBox(Coord(0), Coord(15)), 2.0f, true);
	grids[3]->fill(CoordBBox(Coord(-8), Coord(7)), 2.0f, false);
	grids[4]->transform().preRotate(0.3);
	return grids;
}

using Expected = void(Grid &grid, const std::vector<Point> &points,
		      const std::vector<float> &values);

static void compare_on_various(Map *map, Expected *expected)
{
	for (int count : {0, 1, 9, 500})
		for (bool lattice : {false, true})
			for (const GridPtr &grid : various_grids()) {
				auto points = random_points(count, -9, 9, lattice);
				auto values = random_values(count);
				GridPtr found = grid->deepCopy(), copy = grid->deepCopy();

				if (count == 9)
					values[3] = 0.0f;
				map(nullptr, found, points, values);
				expected(*copy, points, values);
				assert_same(*copy, *found);
			}
	assert_int_equal(declined_calls, 0);
}

static void nearest_gives_the_originals_bits(void **)
{
	compare_on_various(map_nearest, nearest_of);
}

static void linear_gives_the_originals_bits(void **)
{
	compare_on_various(map_linear, linear_of);
}

/* A tile that has the value already stays one. */
static void what_changes_nothing_leaves_tiles(void **)
{
	GridPtr grid = various_grids()[2], before = grid->deepCopy();

	map_nearest(nullptr, grid, {{4.5f, 4.5f, 4.5f}}, {2.0f});
	map_linear(nullptr, grid, {{4.5f, 4.5f, 4.5f}}, {0.0f});
	assert_int_equal(declined_calls, 0);
	assert_same(*before, *grid);
}

static void rbf_gives_the_originals_bits(void **)
{
	for (int count : {1, 2, 3, 7, 8, 17, 33, 40, 75, 130})
		for (const char *kernel : {"gaussian", "multiquadric", "thin_plate", "other"})
			for (float epsilon : {0.2f, 1.0f, 2.5f}) {
				const RbfMapper mapper = {nullptr, kernel, epsilon};
				auto points = random_points(count, 0, 6, count == 17);
				auto values = random_values(count);
				GridPtr found = scaled_grid(0.7);

				if (count == 1 && mapper.kernel == "thin_plate")
					continue; /* It has no solution. */
				found->tree().setValueOn(Coord(-2, -1, 0), 1.0f);
				found->tree().setValueOn(Coord(5, 4, 7), 1.0f);
				GridPtr expected = found->deepCopy();
				map_rbf(&mapper, found, points, values);
				rbf_of(mapper, *expected, expected->evalActiveVoxelBoundingBox(),
				       points, values);
				assert_same(*expected, *found);
			}
	assert_int_equal(declined_calls, 0);
}

/* Two voxels more on each side, to the nearest. */
static void rbf_makes_a_box_in_an_empty_grid(void **)
{
	const RbfMapper mapper = {nullptr, "gaussian", 1.0f};
	GridPtr grid = scaled_grid(1.0);

	map_rbf(&mapper, grid, {{0.2f, 0.2f, 0.2f}, {1.7f, 1.2f, 1.4f}}, {1.0f, 2.0f});
	assert_int_equal(declined_calls, 0);
	assert_true(grid->evalActiveVoxelBoundingBox() ==
		    CoordBBox(Coord(-2, -2, -2), Coord(4, 3, 3)));
}

static void what_is_not_served_is_left_to_the_next(void **)
{
	const RbfMapper mapper = {nullptr, "gaussian", 1.0f}, plate = {nullptr, "thin_plate", 1.0f};
	GridPtr grid = scaled_grid(1.0), before = grid->deepCopy();
	const std::vector<Point> points = {{0, 0, 0}};

	for (Map *map : {map_nearest, map_linear, map_rbf}) {
		map(&mapper, grid, points, {1.0f, 2.0f});
		map(&mapper, nullptr, points, {1.0f});
	}
	assert_int_equal(declined_calls, 6);
	map_rbf(&mapper, grid, {}, {});
	map_rbf(&mapper, grid, points, {NAN});
	map_rbf(&plate, grid, points, {1.0f});
	grid->transform().preRotate(0.3);
	map_rbf(&mapper, grid, points, {1.0f});
	assert_int_equal(declined_calls, 10);
	settings.solves = false;
	map_rbf(&mapper, scaled_grid(1.0), points, {1.0f});
	settings.solves = true;
	assert_int_equal(declined_calls, 11);
	assert_same(*before, *grid);
}

static void decline_map(const void *, const GridPtr &, const std::vector<Point> &,
			const std::vector<float> &)
{
	declined_calls++;
}

int main()
{
	settings.solves = true;
	map_nearest_next = map_linear_next = map_rbf_next = decline_map;
	return run_at_levels(
		"parallel_openvdb10_points",
		{{"nearest_gives_the_originals_bits", nearest_gives_the_originals_bits},
		 {"linear_gives_the_originals_bits", linear_gives_the_originals_bits},
		 {"what_changes_nothing_leaves_tiles", what_changes_nothing_leaves_tiles},
		 {"rbf_gives_the_originals_bits", rbf_gives_the_originals_bits},
		 {"rbf_makes_a_box_in_an_empty_grid", rbf_makes_a_box_in_an_empty_grid},
		 {"what_is_not_served_is_left_to_the_next",
		  what_is_not_served_is_left_to_the_next}});
}
