/* SPDX-License-Identifier: Apache-2.0 */
/* A mapped module as a place where kernels are looked for (kernels/locate.h). */
#ifndef RECOAT_PRELOAD_LOCATE_H
#define RECOAT_PRELOAD_LOCATE_H

#include <stdbool.h>

#include "kernels/locate.h"
#include "preload/elf_image.h"
#include "preload/modules.h"

struct recoat_mapped_place {
	struct recoat_place place;
	struct recoat_elf_image image;
	char build_id[RECOAT_BUILD_ID_MAX];
};

/*
 * Describe `module`, whose debug files are looked for below the directory `debug`. False for a
 * module without a dynamic section, and for the runtime itself. `mapped` must stay where it is.
 * Under the loader's lock.
 */
bool recoat_mapped_place_open(struct recoat_mapped_place *mapped,
			      const struct recoat_module *module, const char *debug);

/* The module's dynamic symbols. */
struct recoat_symbol_table recoat_mapped_symbols(const struct recoat_elf_image *image);

#endif
