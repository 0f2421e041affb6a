/* SPDX-License-Identifier: Apache-2.0 */
/* What of a catalogue would be caught in a file, or in the modules of a running process. */
#ifndef RECOAT_FIND_KERNELS_H
#define RECOAT_FIND_KERNELS_H

#include <stddef.h>

#include "kernels/locate.h"

struct recoat_error;

/* An entry point, or with `reason` why one is left alone or was not found. */
struct recoat_found_kernel {
	const struct recoat_kernel *kernel;
	char *module;       /* NULL if it was found in none. */
	char *symbol;       /* NULL if none was found. */
	uint64_t address;   /* In the file, or in the process. */
	const char *found;  /* By which way, NULL for none. */
	const char *caught; /* By which mechanism, NULL for none. */
	char *reason;
};

struct recoat_found_kernels {
	struct recoat_found_kernel *at;
	size_t count, room;
};

/*
 * Look for all kernels of the catalogue in `where`: a path, or the number of a process. Whoever
 * calls gives the result back with fini. 0, or -errno with `error` filled.
 */
int recoat_find_kernels(struct recoat_found_kernels *found,
			const struct recoat_catalogue *catalogue, const char *where,
			struct recoat_error *error);
void recoat_found_kernels_fini(struct recoat_found_kernels *found);

#endif
