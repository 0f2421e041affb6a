/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest plugin: it passes each call on and counts. To copy from; see the tutorial. */
#include <stddef.h>

#include <amqadf/kernels.h>
#include <recoat/plugin.h>

/* The function that the plugin stands before; the host stores the next one of the chain here. */
static int (*next_idw)(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		       int32_t k);

static const struct recoat_plugin_host *host;
static struct recoat_plugin_counter *calls;
static uint64_t from; /* Smaller problems are not counted. */

static int idw(const struct amqadf_points *points, struct amqadf_grid *grid, float power, int32_t k)
{
	if (points && points->count >= from)
		host->count(calls, 1);
	return next_idw(points, grid, power, k);
}

static const struct recoat_plugin_option options[] = {
	{
		.name = "from",
		.summary = "count calls with so many points or more",
		.type = RECOAT_OPTION_INTEGER,
		.standard = "0",
		.minimum = 0,
		.maximum = 1e9,
	},
};

static const struct recoat_plugin_swap swaps[] = {
	{"signal_mapping.idw", "amqadf-c", (recoat_plugin_function)idw, &next_idw, NULL},
};

static const char *init(const struct recoat_plugin_host *with,
			const struct recoat_plugin_value *values)
{
	host = with;
	calls = host->counter(host, "calls");
	from = (uint64_t)values[0].integer;
	return NULL;
}

const struct recoat_plugin recoat_plugin = {
	.struct_size = sizeof recoat_plugin,
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = 1,
	.name = "passthrough",
	.version = "1",
	.summary = "passes every call on, and counts",
	.options = options,
	.option_count = 1,
	.swap_count = 1,
	.swaps = swaps,
	.init = init,
};
