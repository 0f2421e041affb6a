/* SPDX-License-Identifier: Apache-2.0 */
/* From a module's program headers and dynamic section to a place. */
#include "preload/locate.h"

#include <string.h>

static void take_segment(struct recoat_place *place, const struct recoat_module *module,
			 const ElfW(Phdr) *header)
{
	uint64_t start = module->bias + header->p_vaddr;

	if (header->p_type == PT_GNU_EH_FRAME)
		place->functions = start;
	if (header->p_type != PT_LOAD || !(header->p_flags & PF_R) ||
	    place->segments == RECOAT_SEGMENTS_MAX)
		return;
	place->segment[place->segments++] = (struct recoat_segment){
		.start = start,
		.bytes = header->p_filesz,
		.flags = header->p_flags,
		.data = (const unsigned char *)start,
	};
}

/* Every file stands in some directory; the vDSO has a name only. */
static const char *file_of(const struct recoat_module *module)
{
	return strchr(module->path, '/') ? module->path : "[vdso]";
}

struct recoat_symbol_table recoat_mapped_symbols(const struct recoat_elf_image *image)
{
	return (struct recoat_symbol_table){
		.symbol = image->symbols,
		.count = recoat_elf_symbol_count(image),
		.strings = image->strings,
		.string_bytes = image->string_bytes,
	};
}

static const Elf64_Sym *find_dynamic(const void *image, const char *name)
{
	return recoat_elf_find_function(image, name);
}

bool recoat_mapped_place_open(struct recoat_mapped_place *mapped,
			      const struct recoat_module *module, const char *debug)
{
	if (recoat_module_is_runtime(module) || !recoat_elf_image_open(&mapped->image, module))
		return false;
	recoat_module_build_id(module, mapped->build_id);
	mapped->place = (struct recoat_place){
		.file = {.root = "", .path = file_of(module), .debug = debug},
		.build_id = mapped->build_id,
		.bias = module->bias,
		.dynamic = recoat_mapped_symbols(&mapped->image),
		.find = find_dynamic,
		.image = &mapped->image,
	};
	for (uint32_t i = 0; i < module->header_count; i++)
		take_segment(&mapped->place, module, &module->headers[i]);
	return true;
}
