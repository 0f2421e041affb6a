/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins looked at from outside: would the runtime take them, and what are they? */
#ifndef RECOAT_PLUGIN_PROBE_H
#define RECOAT_PLUGIN_PROBE_H

#include <jansson.h>

struct recoat_error;

/* Directories of plugins, separated by colons; for the caller to free. */
char *recoat_plugins_path(void);

/*
 * Open an object in a child process, since its code runs when it is opened, and describe it:
 *
 *   {"name", "version", "summary", "file", "abi_version",
 *    "options": [{"name", "type", "default", "minimum", "maximum", "choices", "summary"}],
 *    "kernels": [{"kernel", "abi"}]}
 *
 * With `options`, a text KEY=VALUE:..., those are read too. `abi` is the tag of an object
 * NAME-TAG.so: with options, {} if its libraries are not there. It is NULL for NAME.so: with
 * options, init() and fini() are called. NULL with `error` filled, which names the file.
 */
json_t *recoat_plugin_probe(const char *file, const char *name, const char *abi,
			    const char *options, struct recoat_error *error);

/*
 * Will the runtime take these? `list` is as in RECOAT_PLUGINS, NULL stands for that. All objects
 * of the plugins are opened, those for one ABI without calling their init(). 0 or -EINVAL.
 */
int recoat_plugins_check(const char *list, struct recoat_error *error);

/* Call `take` for each file NAME.so (`abi` NULL) or NAME-ABI.so of the path, in its order. */
typedef void recoat_plugin_file(void *user, const char *file, const char *name, const char *abi);
void recoat_plugins_each(recoat_plugin_file *take, void *user);

#endif
