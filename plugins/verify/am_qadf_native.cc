// SPDX-License-Identifier: Apache-2.0
// The kernels of AM-QADF's native library, over OpenVDB's grids.
#include <cxxabi.h>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <typeinfo>

#include "plugins/verify/grids.h"

extern "C" {
#include "plugins/verify/verify.h"
}

// Methods are functions with `this` as first argument, which the Itanium C++ ABI passes in the same
// registers, a result in memory or not. The original runs first, because a kernel may take its
// arguments away. Of what kernels change it is given a copy.

namespace
{
// ---- A call, by whatever way it ended. ----

template <typename Result> struct outcome {
	std::optional<std::conditional_t<std::is_void_v<Result>, char, Result>> value;
	std::exception_ptr thrown;
	std::string exception = "nothing"; // Type and text.
};

// Cancellation and the end of a thread go their way, as if it had been called directly.
template <typename Call> auto run(Call call)
{
	using Result = decltype(call());
	outcome<Result> end;

	try {
		if constexpr (std::is_void_v<Result>)
			call();
		else
			end.value.emplace(call());
	} catch (abi::__forced_unwind &) {
		throw;
	} catch (const std::exception &exception) {
		end.thrown = std::current_exception();
		end.exception = std::string(typeid(exception).name()) + ": " + exception.what();
	} catch (...) {
		const std::type_info *type = abi::__cxa_current_exception_type();

		end.thrown = std::current_exception();
		end.exception = type ? type->name() : "something";
	}
	return end;
}

template <typename Result> Result deliver(outcome<Result> end)
{
	if (end.thrown)
		std::rethrow_exception(end.thrown);
	if constexpr (!std::is_void_v<Result>)
		return std::move(*end.value);
}

// Both calls, and what they changed: `changed` compares that, `replace` gives the program the
// original's.
template <typename Original, typename Next, typename Changed, typename Replace>
auto verify(struct check &check, Original original, Next next, Changed changed, Replace replace)
{
	auto expected = run(original);
	auto found = run(next);
	using Result = decltype(next());

	try {
		compare_texts(check.difference, "threw", found.exception, expected.exception);
		if constexpr (!std::is_void_v<Result>)
			if (found.value && expected.value)
				compare(check.difference, "result", *found.value, *expected.value,
					*verify_tolerance());
		changed();
	} catch (const std::bad_alloc &) {
		verify_skipped();
		return deliver<Result>(std::move(found));
	}
	if (!verify_replace(&check))
		return deliver<Result>(std::move(found));
	replace();
	return deliver<Result>(std::move(expected));
}

// ---- Problem sizes, as the catalogue has them: of the first argument that has one. ----

template <typename Any> uint64_t size_of(const Any &)
{
	return 0;
}

template <typename Element> uint64_t size_of(const std::vector<Element> &elements)
{
	return elements.size();
}

uint64_t size_of(const native::named_grids &grids)
{
	return grids.size();
}

uint64_t size_of(const native::distortion_map &map)
{
	return map.references.size();
}

template <typename... Arguments>
struct check new_check(uint32_t swap, const Arguments &...arguments)
{
	struct check check = {};

	check.swap = swap;
	((check.size = check.size ? check.size : size_of(arguments)), ...);
	return check;
}

// ---- The shapes that kernels have. ----

// The three pointers of a swap, and its row in the table.
template <typename Function> struct link {
	Function *next, *original;

	struct recoat_plugin_swap row(const char *kernel, Function *function)
	{
		return {kernel, "am_qadf_native-openvdb10",
			reinterpret_cast<recoat_plugin_function>(function), &next, &original};
	}
};

// Nothing but a result comes of it.
template <int SWAP, typename Result, typename... Arguments> struct pure {
	static inline link<Result(void *, Arguments...)> way;

	static Result function(void *self, Arguments... arguments)
	{
		struct check check = new_check(SWAP, arguments...);

		if (!verify_chosen(SWAP))
			return way.next(self, arguments...);
		return verify(
			check, [&] { return way.original(self, arguments...); },
			[&] { return way.next(self, arguments...); }, [] {}, [] {});
	}
};

template <typename Grid> std::shared_ptr<Grid> copy_of(const std::shared_ptr<Grid> &grid)
{
	return grid ? grid->deepCopy() : nullptr;
}

// Without memory for a copy, the call goes on unseen.
template <typename Grid> bool copied(const std::shared_ptr<Grid> &grid, std::shared_ptr<Grid> &copy)
{
	try {
		copy = copy_of(grid);
		return true;
	} catch (const std::bad_alloc &) {
		verify_skipped();
		return false;
	}
}

// A grid is changed.
template <int SWAP> struct mapper {
	using points = const std::vector<native::point> &;
	using values = const std::vector<float> &;
	static inline link<void(void *, native::grid_ptr, points, values)> way;

	static void function(void *self, native::grid_ptr grid, points at, values of)
	{
		struct check check = new_check(SWAP, at);
		native::grid_ptr copy;

		if (!verify_chosen(SWAP) || !copied(grid, copy))
			return way.next(self, grid, at, of);
		verify(
			check, [&] { way.original(self, copy, at, of); },
			[&] { way.next(self, grid, at, of); },
			[&] { compare(check.difference, "grid", grid, copy, *verify_tolerance()); },
			[&] { replace_content(grid, copy); });
	}
};

// A voxelizer's directions are changed; grids come of it.
template <int SWAP, typename Element> struct voxelizer {
	using elements = const std::vector<Element> &;
	using corner = const std::array<float, 3> &;
	using self_ptr = native::hatching_voxelizer *;
	static inline link<native::named_grids(self_ptr, elements, float, float, corner, corner)>
		way;

	static native::named_grids function(self_ptr self, elements of, float voxel_size,
					    float width, corner low, corner high)
	{
		struct check check = new_check(SWAP, of);
		native::hatching_voxelizer copy;

		if (!verify_chosen(SWAP) || !copied(self->direction, copy.direction))
			return way.next(self, of, voxel_size, width, low, high);
		return verify(
			check,
			[&] { return way.original(&copy, of, voxel_size, width, low, high); },
			[&] { return way.next(self, of, voxel_size, width, low, high); },
			[&] {
				compare(check.difference, "direction", self->direction,
					copy.direction, *verify_tolerance());
			},
			[&] { self->direction = copy.direction; });
	}
};

// The grid inside a voxel grid is changed.
template <int SWAP> struct copier {
	using self_ptr = native::uniform_voxel_grid *;
	static inline link<void(self_ptr, native::grid_ptr)> way;

	static void function(self_ptr self, native::grid_ptr source)
	{
		struct check check = new_check(SWAP);
		native::uniform_voxel_grid copy = {nullptr, self->size_and_low};
		const struct tolerance &within = *verify_tolerance();

		if (!verify_chosen(SWAP) || !copied(self->grid, copy.grid))
			return way.next(self, source);
		verify(
			check,
			[&] { way.original(&copy, source == self->grid ? copy.grid : source); },
			[&] { way.next(self, source); },
			[&] {
				compare(check.difference, "grid", self->grid, copy.grid, within);
				compare_floats(&check.difference, "voxel size and low corner",
					       self->size_and_low.data(), copy.size_and_low.data(),
					       4, &within);
			},
			[&] {
				replace_content(self->grid, copy.grid);
				self->size_and_low = copy.size_and_low;
			});
	}
};

// ---- The table. ----

using namespace native;
using text = const std::string &;
using floats = const std::vector<float> &;
using rows = const std::vector<std::vector<float>> &;

enum {
	NEAREST,
	LINEAR,
	IDW,
	KDE,
	RBF,
	FUSE,
	FUSE_WEIGHTED,
	ASSESS,
	TEMPORAL,
	GRIDS_TEMPORAL,
	GRIDS_SPATIAL,
	ALIGN,
	MEDIAN,
	GAUSSIAN,
	BILATERAL,
	DISTORTIONS,
	VECTORS,
	PATHS,
	CONTOURS,
	LAYERS,
	COPY,
	MOVING_AVERAGE,
	SWAPS
};

template <typename Kernel> struct recoat_plugin_swap row(const char *name)
{
	return Kernel::way.row(name, Kernel::function);
}

const struct recoat_plugin_swap swaps[SWAPS] = {
	row<mapper<NEAREST>>("signal_mapping.nearest"),
	row<mapper<LINEAR>>("signal_mapping.linear"),
	row<mapper<IDW>>("signal_mapping.idw"),
	row<mapper<KDE>>("signal_mapping.kde"),
	row<mapper<RBF>>("signal_mapping.rbf"),
	row<pure<FUSE, grid_ptr, const grids &, text>>("voxel_fusion.fuse"),
	row<pure<FUSE_WEIGHTED, grid_ptr, const grids &, floats>>("voxel_fusion.fuse_weighted"),
	row<pure<ASSESS, quality_result, grid_ptr, const named_grids &,
		 const std::map<std::string, float> &>>("quality.assess"),
	row<pure<TEMPORAL, grids, const std::vector<grid_with_metadata> &, float, int>>(
		"synchronization.temporal"),
	row<pure<GRIDS_TEMPORAL, grids, const grids &, rows, const std::vector<std::vector<int>> &,
		 float, int>>("synchronization.grids_temporal"),
	row<pure<GRIDS_SPATIAL, grids, const grids &, grid_ptr, text>>(
		"synchronization.grids_spatial"),
	row<pure<ALIGN, grid_ptr, grid_ptr, grid_ptr, text>>("synchronization.align"),
	row<pure<MEDIAN, grid_ptr, grid_ptr, int>>("correction.filter_median"),
	row<pure<GAUSSIAN, grid_ptr, grid_ptr, float>>("correction.filter_gaussian"),
	row<pure<BILATERAL, grid_ptr, grid_ptr, float, float>>("correction.filter_bilateral"),
	row<pure<DISTORTIONS, grid_ptr, grid_ptr, const distortion_map &>>(
		"correction.distortions"),
	row<voxelizer<VECTORS, hatching_vector>>("voxelization.hatching_vectors"),
	row<voxelizer<PATHS, hatching_point>>("voxelization.hatching_paths"),
	row<voxelizer<CONTOURS, hatching_point>>("voxelization.hatching_contours"),
	row<voxelizer<LAYERS, std::vector<hatching_point>>>("voxelization.hatching_layers"),
	row<copier<COPY>>("voxelization.copy"),
	row<pure<MOVING_AVERAGE, std::vector<float>, floats, int>>("processing.moving_average"),
};
static_assert(SWAPS <= VERIFY_SWAPS_MAX);
} // namespace

const struct recoat_plugin recoat_plugin = {
	sizeof(recoat_plugin),
	RECOAT_PLUGIN_ABI,
	1,
	0,
	"verify",
	PACKAGE_VERSION,
	"runs AM-QADF's own kernels too, on a copy of what they change, and compares",
	verify_options,
	VERIFY_OPTIONS,
	SWAPS,
	swaps,
	verify_init,
	nullptr,
	nullptr,
};
