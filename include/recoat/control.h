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
 * own: $XDG_RUNTIME_DIR/recoat, /tmp/recoat-UID.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define RECOAT_CONTROL_MAGIC 0x3130746165636572ull /* "recoat01" in a file. */
#define RECOAT_CONTROL_PLUGINS 16
#define RECOAT_CONTROL_PLACES 2

struct recoat_control {
	uint64_t magic; /* Stored last. */
	uint32_t pid;
	uint32_t on;    /* Bit i: plugin i serves. Atomic; the only word that others write. */
	uint32_t able;  /* Those that can serve at all. */
	uint32_t count; /* Plugins, in the order of their chains, outermost first. */
	char plugin[RECOAT_CONTROL_PLUGINS][64];
};

/* The directory number `place`, or of the file of `pid` in it. False if there is none. */
static inline int recoat_control_path(char *to, size_t size, int place, pid_t pid)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char name[16] = "";
	int used;

	if (pid)
		snprintf(name, sizeof name, "/%d", (int)pid);
	if (place == 0 && (!runtime || *runtime != '/'))
		return 0;
	if (place == 0)
		used = snprintf(to, size, "%s/recoat%s", runtime, name);
	else
		used = snprintf(to, size, "/tmp/recoat-%u%s", (unsigned)geteuid(), name);
	return used > 0 && (size_t)used < size;
}

#endif
