/* SPDX-License-Identifier: Apache-2.0 */
/* A file as the loader would map it at address 0, to look for kernels in. */
#ifndef RECOAT_IMAGE_H
#define RECOAT_IMAGE_H

#include "kernels/locate.h"

struct recoat_error;

struct recoat_image {
	struct recoat_elf_file file;
	struct recoat_place place; /* Addresses are those in the file. */
	char build_id[RECOAT_BUILD_ID_MAX];
};

/*
 * Read the segments and relocate their words. The strings of `where`, and `image` itself, must
 * stay where they are. 0, or -EINVAL with `error` filled, and nothing to close.
 */
int recoat_image_open(struct recoat_image *image, const struct recoat_file_place *where,
		      struct recoat_error *error);
void recoat_image_close(struct recoat_image *image);

#endif
