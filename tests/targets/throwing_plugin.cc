// SPDX-License-Identifier: Apache-2.0
// A plugin of C++ that throws after each call of demo_call(). Built by tests/run/plugin_life.sh.
#include <stdexcept>

#include "demo.h"
#include "recoat/plugin.h"

static void (*next_call)(void (*callback)(void *), void *data);

static void call(void (*callback)(void *), void *data)
{
	next_call(callback, data);
	throw std::runtime_error("thrown by the plugin");
}

static const struct recoat_plugin_swap swaps[] = {
	{"demo.call", "demo", (recoat_plugin_function)call, &next_call, nullptr},
};

extern "C" const struct recoat_plugin recoat_plugin = {
	sizeof recoat_plugin, RECOAT_PLUGIN_ABI, 1, 0, "throwing", "1", "throws", nullptr, 0, 1,
	swaps, nullptr, nullptr, nullptr};
