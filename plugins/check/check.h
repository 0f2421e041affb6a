/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the object of a plugin, opening it, and telling whether it can be worked with. */
#ifndef RECOAT_PLUGINS_CHECK_H
#define RECOAT_PLUGINS_CHECK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "recoat/plugin.h"

#define RECOAT_PLUGIN_SWAPS_MAX 256

/*
 * Where the directories in `path`, separated by colons, have NAME.so, or NAME-ABI.so if `abi` is
 * not NULL: the first that can be read. False if none has it.
 */
bool recoat_plugin_find(const char *path, const char *name, const char *abi, char file[PATH_MAX]);

/*
 * Open an object (RTLD_NOW | RTLD_LOCAL) and check what it exports. NULL with a sentence in
 * `problem` that does not name the file. It stays open: code of a plugin's may run until the
 * process ends. Not inside an allocation or the loader, nor with a lock of theirs held.
 */
const struct recoat_plugin *recoat_plugin_open(const char *file, const char *name, char *problem,
					       size_t problem_size);

/*
 * Is it a struct that a host of this ABI can work with, made for a plugin of this name? False
 * with what was found and expected in `problem`.
 */
bool recoat_plugin_check(const struct recoat_plugin *plugin, const char *name, char *problem,
			 size_t problem_size);

#endif
