/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the loader's list of namespaces. */
#include "preload/namespaces.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#ifdef DLFO_STRUCT_HAS_EH_DBASE
extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

/* The first of the other namespaces. Version 2 of the list is set up when there is one. */
static const struct r_debug_extended *others(void)
{
	const void *list = &_r_debug;

	if (!_dl_find_object || _r_debug.r_version < 2)
		return NULL;
	/* The variable is longer than its declaration; the compiler must not conclude from that. */
	__asm__("" : "+r"(list));
	return ((const struct r_debug_extended *)list)->r_next;
}

/* Program headers follow the file's, which is mapped where the module begins. */
static bool describe(const struct link_map *map, struct dl_phdr_info *info)
{
	struct dl_find_object found;
	const ElfW(Ehdr) *header;

	if (_dl_find_object(map->l_ld, &found) != 0)
		return false;
	header = found.dlfo_map_start;
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	*info = (struct dl_phdr_info){
		.dlpi_addr = map->l_addr,
		.dlpi_name = map->l_name,
		.dlpi_phdr = (const ElfW(Phdr) *)((const char *)header + header->e_phoff),
		.dlpi_phnum = header->e_phnum,
	};
	return true;
}

void recoat_namespaces_iterate(int (*each)(struct dl_phdr_info *info, size_t size, void *user),
			       void *user)
{
	for (const struct r_debug_extended *space = others(); space; space = space->r_next) {
		for (const struct link_map *map = space->base.r_map; map; map = map->l_next) {
			struct dl_phdr_info info;

			if (describe(map, &info) && each(&info, sizeof(info), user))
				return;
		}
	}
}

uint32_t recoat_namespaces_count(void)
{
	uint32_t count = 0;

	for (const struct r_debug_extended *space = others(); space; space = space->r_next)
		for (const struct link_map *map = space->base.r_map; map; map = map->l_next)
			count++;
	return count;
}
#else
void recoat_namespaces_iterate(int (*each)(struct dl_phdr_info *info, size_t size, void *user),
			       void *user)
{
	(void)each;
	(void)user;
}

uint32_t recoat_namespaces_count(void)
{
	return 0;
}
#endif
