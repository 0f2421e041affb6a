/* SPDX-License-Identifier: Apache-2.0 */
/* Separate debug files: where a stripped module's .symtab may have gone. */
#ifndef RECOAT_DEBUG_FILE_H
#define RECOAT_DEBUG_FILE_H

#include <stdbool.h>

#include "kernels/elf_file.h"

/* Where distributions install debug files. */
#define RECOAT_DEBUG_DIRECTORY "/usr/lib/debug"

/*
 * Where a file lies: it is opened as `root` followed by `path`, and debug files are looked for
 * in `root` followed by `debug`. `root` is "" but for another process's view of the disk.
 */
struct recoat_file_place {
	const char *root;
	const char *path;
	const char *debug;
};

/*
 * Open the debug file that belongs to `file`: DEBUG/.build-id/XX/REST.debug if it has the same
 * build id; else the one that its .gnu_debuglink names, beside it, in .debug/ beside it, or in
 * DEBUG followed by its directory, if the build id or, without one, the checksum is right.
 * False if there is none. One caller at a time; the rest as in elf_file.h.
 */
bool recoat_debug_file_open(struct recoat_elf_file *debug, struct recoat_elf_file *file,
			    const struct recoat_file_place *place);

#endif
