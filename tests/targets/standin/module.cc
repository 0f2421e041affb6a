// SPDX-License-Identifier: Apache-2.0
// An extension module's shape: one exported function; the mappers are called through their vtables,
// the others by addresses that are kept in data, as pybind11 keeps them.
#include <typeinfo>

#include "work.h"

using namespace standin;

#ifdef STANDIN_TWICE
// A second object that looks like IDWMapper's vtable: which one is meant cannot be known.
static void other()
{
}
[[gnu::used]] static const struct {
	long offset_to_top;
	const std::type_info *type;
	void (*slots[3])();
} other_vtable = {0, &typeid(signal_mapping::IDWMapper), {other, other, other}};
#endif

static void map_all()
{
	static signal_mapping::NearestNeighborMapper nearest;
	static signal_mapping::LinearMapper linear;
	static signal_mapping::IDWMapper idw(2, 10);
	static signal_mapping::KDEMapper kde(1.5, "gaussian");
	static signal_mapping::RBFMapper rbf("multiquadric", 0.5);

#ifdef STANDIN_SHORT
	map("idw", idw, 30, 3);
#else
	static const struct {
		const char *name;
		signal_mapping::InterpolationBase *volatile mapper;
	} mappers[] = {{"nearest", &nearest},
		       {"linear", &linear},
		       {"idw", &idw},
		       {"kde", &kde},
		       {"rbf", &rbf}};
	size_t n = 10;
	int calls = 1;

	for (const auto &entry : mappers) {
		map(entry.name, *entry.mapper, n, calls++);
		n += 10;
	}
#endif
}

static FloatGridPtr (fusion::GridFusion::*volatile fuse)(
	const std::vector<FloatGridPtr> &, const std::string &) = &fusion::GridFusion::fuse;
static FloatGridPtr (correction::SpatialNoiseFilter::*volatile median)(FloatGridPtr, int) =
	&correction::SpatialNoiseFilter::applyMedianFilter;

extern "C" [[gnu::visibility("default")]] int standin_run()
{
	fusion::GridFusion fusion;
	correction::SpatialNoiseFilter filter;

	map_all();
	std::printf("fuse %g\n", sum((fusion.*fuse)({cube(2, 1), cube(3, 2)}, "weighted_average")));
	std::printf("median %g\n", sum((filter.*median)(cube(3, 1), 3)));
	return 7;
}
