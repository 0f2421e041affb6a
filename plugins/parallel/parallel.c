/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel`: options, and which function stands before which kernel. */
#include <recoat/plugin.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/parallel/pool.h"
#include "plugins/parallel/swaps.h"

enum { THREADS, SIMD, THRESHOLD, GRAIN, OPTIONS };

static const struct recoat_plugin_option options[OPTIONS] = {
	[THREADS] =
		{
			.name = "threads",
			.summary =
				"at most so many a call, or auto: what affinity and cgroups allow",
			.type = RECOAT_OPTION_STRING,
			.standard = "auto",
		},
	[SIMD] =
		{
			.name = "simd",
			.summary = "instructions to use, auto: the best that there are",
			.type = RECOAT_OPTION_CHOICE,
			.standard = "auto",
			.choices = "auto,sse2,avx2,avx512",
		},
	[THRESHOLD] =
		{
			.name = "threshold",
			.summary =
				"leave calls of fewer steps (about a nanosecond each) as they are",
			.type = RECOAT_OPTION_INTEGER,
			.standard = "10000",
			.minimum = 0,
			.maximum = 1e15,
		},
	[GRAIN] =
		{
			.name = "grain",
			.summary = "steps that a further thread must have to do",
			.type = RECOAT_OPTION_INTEGER,
			.standard = "100000",
			.minimum = 0,
			.maximum = 1e15,
		},
};

#define SWAP(kernel, name)                                                                         \
	{                                                                                          \
		kernel, "amqadf-c", (recoat_plugin_function)parallel_##name, &parallel_next.name,  \
			NULL                                                                       \
	}

static const struct recoat_plugin_swap swaps[] = {
	SWAP("signal_mapping.nearest", map_nearest),
	SWAP("signal_mapping.linear", map_linear),
	SWAP("signal_mapping.idw", map_idw),
	SWAP("signal_mapping.kde", map_kde),
	SWAP("signal_mapping.rbf", map_rbf),
	SWAP("voxel_fusion.fuse", fuse),
	SWAP("voxel_fusion.fuse_weighted", fuse_weighted),
	SWAP("quality.assess", quality),
	SWAP("analytics.statistics", statistics),
	SWAP("correction.filter_gaussian", filter_gaussian),
	SWAP("correction.filter_median", filter_median),
	SWAP("correction.filter_bilateral", filter_bilateral),
	SWAP("synchronization.temporal", sync_temporal),
};

static const struct recoat_plugin_host *host;
static struct recoat_plugin_counter *served_calls, *declined_calls;

static void served(void)
{
	host->count(served_calls, 1);
}

static void declined(void)
{
	host->count(declined_calls, 1);
}

/* "auto" is 0; a negative number stands for what is neither that nor a number of threads. */
static long threads_of(const char *text)
{
	char *end;
	long threads;

	if (strcmp(text, "auto") == 0)
		return 0;
	threads = strtol(text, &end, 10);
	return end != text && *end == '\0' && threads >= 1 && threads <= POOL_THREADS_MAX ? threads
											  : -1;
}

static const char *init(const struct recoat_plugin_host *with,
			const struct recoat_plugin_value *values)
{
	long threads = threads_of(values[THREADS].text);

	host = with;
	if (threads < 0)
		return "option threads: expected auto or a number from 1 to 256";
	parallel_settings.kernels = parallel_level((enum parallel_simd)values[SIMD].choice);
	if (!parallel_settings.kernels)
		return "option simd: this CPU has no such instructions";
	parallel_settings.threshold = (double)values[THRESHOLD].integer;
	served_calls = host->counter(host, "served");
	declined_calls = host->counter(host, "declined");
	parallel_settings.served = served;
	parallel_settings.declined = declined;
	pool_tell(host);
	pool_configure((unsigned)threads, (uint64_t)values[GRAIN].integer);
	return NULL;
}

const struct recoat_plugin recoat_plugin = {
	.struct_size = sizeof(recoat_plugin),
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = 1,
	.name = "parallel",
	.version = "1",
	.summary = "the same bits sooner: cell grids, SIMD, threads",
	.options = options,
	.option_count = OPTIONS,
	.swap_count = sizeof(swaps) / sizeof(swaps[0]),
	.swaps = swaps,
	.init = init,
	.fini = pool_fini,
};
