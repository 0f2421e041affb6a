/* SPDX-License-Identifier: Apache-2.0 */
/* Options of plugins: from what a user wrote to typed values within their ranges. */
#ifndef RECOAT_PLUGINS_OPTIONS_H
#define RECOAT_PLUGINS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recoat/plugin.h"

#define RECOAT_PLUGIN_OPTIONS_MAX 64

/* The values of a plugin's options, and the text that they point into. */
struct recoat_plugin_values {
	struct recoat_plugin_value value[RECOAT_PLUGIN_OPTIONS_MAX];
	char text[4096];
	size_t used;
};

/*
 * Read `options`, KEY=VALUE:KEY=VALUE, for a plugin that recoat_plugin_check() found good; what
 * is not given gets its default. Unknown keys are passed over if `only_known`. False with what
 * was found and expected in `problem`. `values` must stay where they are.
 */
bool recoat_plugin_options_parse(struct recoat_plugin_values *values,
				 const struct recoat_plugin *plugin, const char *options,
				 bool only_known, char *problem, size_t problem_size);

/* Read one value; what recoat_plugin_check() tries defaults with. `value->text` is `text`. */
bool recoat_plugin_value_parse(struct recoat_plugin_value *value,
			       const struct recoat_plugin_option *option, const char *text,
			       char *problem, size_t problem_size);

/* The type's name: "bool", "integer", ...; NULL if there is no such type. */
const char *recoat_plugin_option_type(uint32_t type);

#endif
