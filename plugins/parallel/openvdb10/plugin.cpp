/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` for am_qadf_native over OpenVDB 10: which function stands where. */
#include <recoat/plugin.h>

#include <cstdlib>
#include <cstring>

#include "plugins/parallel/openvdb10/distortions.h"
#include "plugins/parallel/openvdb10/moving.h"
#include "plugins/parallel/openvdb10/quality.h"
#include "plugins/parallel/openvdb10/settings.h"
#include "plugins/parallel/openvdb10/trial.h"

Settings settings;

namespace
{

enum { THREADS, SIMD, THRESHOLD, GRAIN, OPTIONS };

const struct recoat_plugin_option options[OPTIONS] = {
	{"threads", "at most so many a call, or auto: what affinity and cgroups allow",
	 RECOAT_OPTION_STRING, 0, "auto", 0, 0, nullptr},
	{"simd", "instructions to use, auto: the best that there are", RECOAT_OPTION_CHOICE, 0,
	 "auto", 0, 0, "auto,sse2,avx2,avx512"},
	{"threshold", "leave calls of fewer steps (about a nanosecond each) as they are",
	 RECOAT_OPTION_INTEGER, 0, "10000", 0, 1e15, nullptr},
	{"grain", "steps that a further thread must have to do", RECOAT_OPTION_INTEGER, 0, "100000",
	 0, 1e15, nullptr},
};

template <typename Function>
struct recoat_plugin_swap swap_of(const char *kernel, Function *function, Function **next,
				  Function **original = nullptr)
{
	return {kernel, "am_qadf_native-openvdb10",
		reinterpret_cast<recoat_plugin_function>(function), next, original};
}

const struct recoat_plugin_swap swaps[] = {
	swap_of("signal_mapping.idw", tried_map_idw, &map_idw_next, &map_idw_original),
	swap_of("signal_mapping.kde", tried_map_kde, &map_kde_next, &map_kde_original),
	swap_of("voxel_fusion.fuse", fuse, &fuse_next),
	swap_of("voxel_fusion.fuse_weighted", tried_fuse_weighted, &fuse_weighted_next,
		&fuse_weighted_original),
	swap_of("synchronization.temporal", tried_sync_temporal, &sync_temporal_next,
		&sync_temporal_original),
	swap_of("correction.filter_gaussian", tried_filter_gaussian, &filter_gaussian_next,
		&filter_gaussian_original),
	swap_of("correction.filter_median", filter_median, &filter_median_next),
	swap_of("correction.filter_bilateral", filter_bilateral, &filter_bilateral_next),
	swap_of("correction.distortions", correct_distortions, &correct_distortions_next),
	swap_of("signal_mapping.nearest", map_nearest, &map_nearest_next),
	swap_of("signal_mapping.linear", map_linear, &map_linear_next),
	swap_of("quality.assess", assess, &assess_next),
	swap_of("processing.moving_average", moving_average, &moving_average_next),
};

const struct recoat_plugin_host *host;
struct recoat_plugin_counter *served_calls, *declined_calls;

/* "auto" is 0; a negative number stands for what is neither that nor a number of threads. */
long threads_of(const char *text)
{
	char *end;
	long threads;

	if (std::strcmp(text, "auto") == 0)
		return 0;
	threads = std::strtol(text, &end, 10);
	return end != text && *end == '\0' && threads >= 1 && threads <= POOL_THREADS_MAX ? threads
											  : -1;
}

const char *init(const struct recoat_plugin_host *with, const struct recoat_plugin_value *values)
{
	const long threads = threads_of(values[THREADS].text);
	const auto *level = parallel_level(static_cast<enum parallel_simd>(values[SIMD].choice));

	host = with;
	if (threads < 0)
		return "option threads: expected auto or a number from 1 to 256";
	if (level != &parallel_avx2 && level != &parallel_avx512)
		return "option simd: for OpenVDB's kernels AVX2 and FMA are needed";
	settings.kernels =
		level == &parallel_avx512 ? &parallel_avx512_fused : &parallel_avx2_fused;
	settings.threshold = static_cast<double>(values[THRESHOLD].integer);
	served_calls = host->counter(host, "served");
	declined_calls = host->counter(host, "declined");
	settings.served = [] { host->count(served_calls, 1); };
	settings.declined = [] { host->count(declined_calls, 1); };
	trial_begin(host);
	pool_tell(host);
	pool_configure(static_cast<unsigned>(threads), values[GRAIN].integer);
	return nullptr;
}

} // namespace

extern "C" const struct recoat_plugin recoat_plugin = {
	sizeof(recoat_plugin),
	RECOAT_PLUGIN_ABI,
	1,
	0,
	"parallel",
	"1",
	"the same bits sooner: cell grids, SIMD, threads",
	options,
	OPTIONS,
	sizeof(swaps) / sizeof(swaps[0]),
	swaps,
	init,
	pool_fini,
	nullptr,
};
