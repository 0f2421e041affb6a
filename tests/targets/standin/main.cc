// SPDX-License-Identifier: Apache-2.0
// A program linked with the library: every call is direct, and its symbols stand in .symtab alone.
// How often and with what N each entry point is called is what tests/run/standin.sh expects.
#include "work.h"

using namespace standin;

static void map_all()
{
	signal_mapping::NearestNeighborMapper nearest;
	signal_mapping::LinearMapper linear;
	signal_mapping::IDWMapper idw(2, 10);
	signal_mapping::KDEMapper kde(1.5, "gaussian");
	signal_mapping::RBFMapper rbf("multiquadric", 0.5);

	map("nearest", nearest, 10, 1);
	map("linear", linear, 20, 2);
	map("idw", idw, 30, 3);
	map("kde", kde, 40, 4);
	map("rbf", rbf, 50, 5);
}

static void fuse_and_assess(const std::vector<FloatGridPtr> &grids)
{
	fusion::GridFusion fusion;
	FloatGridPtr fused = fusion.fuse(grids, "weighted_average");
	fusion::FusionQualityResult quality = fusion::FusionQualityAssessor().assess(
		fused, {{"a", grids[0]}, {"b", grids[1]}}, {{"a", 1}, {"b", 2}});

	std::printf("fuse %g weighted %g\n", sum(fused),
		    sum(fusion.fuseWeighted(grids, {1, 2, 3})));
	std::printf("assess %g %g %g\n", quality.quality, quality.signals["a"],
		    quality.signals["b"]);
	try {
		fusion.fuseWeighted(grids, {1});
	} catch (const std::invalid_argument &error) {
		std::printf("fuse_weighted: %s\n", error.what());
	}
}

static void synchronize(const std::vector<FloatGridPtr> &grids)
{
	synchronization::GridSynchronizer synchronizer;
	std::vector<std::vector<float>> stamps(grids.size(), {0, 0.5, 1});
	std::vector<std::vector<int>> layers(grids.size(), {1, 2, 3});

	for (const FloatGridPtr &grid : synchronizer.synchronizeSpatial(grids, grids[0], "nearest"))
		std::printf("spatial %g\n", sum(grid));
	for (const FloatGridPtr &grid :
	     synchronizer.synchronizeTemporal(grids, stamps, layers, 0.25, 1))
		std::printf("temporal %g\n", sum(grid));
}

static void correct(const FloatGridPtr &grid)
{
	correction::SpatialNoiseFilter filter;
	correction::DistortionMap distortion = {{{1, 2, 3}, {4, 5, 6}}, {{0, 0, 0}, {1, 1, 1}}, ""};

	std::printf("median %g\n", sum(filter.applyMedianFilter(grid, 3)));
	std::printf("gaussian %g\n", sum(filter.applyGaussianFilter(grid, 2)));
	std::printf("bilateral %g\n", sum(filter.applyBilateralFilter(grid, 2, 0.5)));
	std::printf("distortions %g\n",
		    sum(correction::GeometricCorrection().correctDistortions(grid, distortion)));
}

static void voxelize(const FloatGridPtr &grid)
{
	voxelization::HatchingVoxelizer hatching;
	voxelization::UniformVoxelGrid uniform(1);
	std::vector<voxelization::HatchingPoint> path(9, {1, 2, 3, 200, 800, 0.25});
	std::vector<float> up = {0, 1, 2, 3, 4, 5}, down = {9, 8, 7, 6, 5, 4}, some = {2, 3};

	std::printf("hatching %g\n",
		    sum(hatching.voxelizeHatchingPaths(path, 1, 0.5, {}, {9, 9, 9}).at("power")));
	std::printf("hatching arrays %g\n",
		    sum(hatching.voxelizeVectorsFromArrays(up, up, up, down, up, down, up, down, up,
							   0.5, some, 4, some, {1, 2, 3},
							   {9, 7, 8})
				.at("power")));
	std::printf("stl %g\n",
		    sum(voxelization::STLVoxelizer().voxelizeSTL("cube.stl", 1, 3, false)));
	uniform.copyFromGrid(grid);
	std::printf("copy %g\n", sum(uniform.grid));
}

static void process_and_store(const FloatGridPtr &grid)
{
	std::vector<float> smooth =
		processing::SignalProcessing().movingAverage(std::vector<float>(100, 2), 5);

	std::printf("moving average %g\n", smooth.back());
	io::VDBWriter().write(grid, "standin.vdb");
	std::printf("read %g\n", sum(io::OpenVDBReader().loadGridByName("standin.vdb", "signal")));
	try {
		io::OpenVDBReader().loadGridByName("missing.vdb", "signal");
	} catch (const std::runtime_error &error) {
		std::printf("%s\n", error.what());
	}
}

int main()
{
	std::vector<FloatGridPtr> grids = {cube(2, 1), cube(3, 2), cube(4, 3)};

	map_all();
	fuse_and_assess(grids);
	synchronize(grids);
	correct(grids[2]);
	voxelize(grids[1]);
	process_and_store(grids[0]);
	return 7;
}
