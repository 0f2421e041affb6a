// SPDX-License-Identifier: Apache-2.0
// A pybind11 module over the stand-in: `map` is bound as a pointer to a virtual method, the others
// as code addresses in pybind11's function records.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "work.h"

using namespace standin;
namespace py = pybind11;

static void bind_mapping(py::module_ m)
{
	py::class_<signal_mapping::Point>(m, "Point").def(py::init<float, float, float>());
	py::class_<signal_mapping::IDWMapper>(m, "IDWMapper")
		.def(py::init<float, int>(), py::arg("power") = 2, py::arg("k_neighbors") = 10)
		.def("map", &signal_mapping::IDWMapper::map);
}

PYBIND11_MODULE(standin_native, m)
{
	py::class_<FloatGrid, FloatGridPtr>(m, "FloatGrid")
		.def("sum", [](const FloatGridPtr &grid) { return sum(grid); });
	m.def("cube", &cube);
	bind_mapping(m.def_submodule("signal_mapping"));
	py::class_<fusion::GridFusion>(m.def_submodule("fusion"), "GridFusion")
		.def(py::init<>())
		.def("fuse", &fusion::GridFusion::fuse, py::arg("grids"),
		     py::arg("strategy") = "weighted_average")
		.def("fuse_weighted", &fusion::GridFusion::fuseWeighted);
	py::class_<correction::SpatialNoiseFilter>(m.def_submodule("correction"),
						   "SpatialNoiseFilter")
		.def(py::init<>())
		.def("apply_median_filter", &correction::SpatialNoiseFilter::applyMedianFilter);
	py::class_<voxelization::HatchingVoxelizer>(m.def_submodule("voxelization"),
						    "HatchingVoxelizer")
		.def(py::init<>())
		.def("voxelize_vectors_from_arrays",
		     &voxelization::HatchingVoxelizer::voxelizeVectorsFromArrays);
}
