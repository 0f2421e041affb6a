/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that dlmopen loaded into namespaces of their own. */
#ifndef RECOAT_NAMESPACES_H
#define RECOAT_NAMESPACES_H

/*
 * dl_iterate_phdr shows the namespace of its caller only. The others hang on the loader's list
 * for debuggers (glibc 2.35 and later; before, there are none to be seen). The loader's lock
 * must be held: inside dl_iterate_phdr.
 */

#include <link.h>
#include <stdint.h>

/* Call `each` for every module of the other namespaces; not 0 ends that. */
void recoat_namespaces_iterate(int (*each)(struct dl_phdr_info *info, size_t size, void *user),
			       void *user);

/* How many modules those are. */
uint32_t recoat_namespaces_count(void);

#endif
