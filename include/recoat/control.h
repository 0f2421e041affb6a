/* SPDX-License-Identifier: Apache-2.0 */
/* The file through which `recoat swap` tells a running process which plugins serve. */
#ifndef RECOAT_CONTROL_H
#define RECOAT_CONTROL_H

/*
 * A process in which a plugin was put before a kernel maps a small file of its own, named after
 * its process id, and looks into it at each call of such a kernel. Whoever may write the file,
 * its owner alone, switches plugins by storing one word: no thread, descriptor or signal of the
 * target's is involved. The file goes when the process ends by itself; one whose process does
 * not map it any more is stale.
 *
 * It stands in the first of two directories that can be used, both of mode 0700 and the user's
 * own: $XDG_RUNTIME_DIR/recoat, /tmp/recoat-UID. Who looks for it finds it in the process's list
 * of mappings, since neither that variable nor the process's number or root need be the same
 * for both.
 */

#include <stdint.h>

#define RECOAT_CONTROL_MAGIC 0x3130746165636572ull /* "recoat01" in a file. */
#define RECOAT_CONTROL_PLUGINS 16

struct recoat_control {
	uint64_t magic; /* Stored last. */
	uint32_t pid;
	uint32_t on;    /* Bit i: plugin i serves. Atomic; the only word that others write. */
	uint32_t able;  /* Those that can serve at all. */
	uint32_t count; /* Plugins, in the order of their chains, outermost first. */
	char plugin[RECOAT_CONTROL_PLUGINS][64];
};

#endif
