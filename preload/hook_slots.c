/* SPDX-License-Identifier: Apache-2.0 */
/* Walking relocations. */
#include "preload/hook_slots.h"

#include <string.h>

#define ENDBR64 0xfa1e0ff3u

/* What an unbound slot leads to: push the relocation's number, jump to the first PLT entry. */
static bool is_plt_entry(uint64_t address)
{
	const unsigned char *code = (const unsigned char *)address;
	uint32_t first;

	memcpy(&first, code, sizeof(first));
	if (first == ENDBR64)
		code += sizeof(first);
	return code[0] == 0x68 && (code[5] == 0xe9 || (code[5] == 0xf2 && code[6] == 0xe9));
}

static void take_slot(const struct recoat_elf_image *image, const struct recoat_module *module,
		      const ElfW(Rela) *relocation, void (*each)(const struct recoat_slot *slot))
{
	uint32_t type = (uint32_t)ELF64_R_TYPE(relocation->r_info);
	uint64_t number = ELF64_R_SYM(relocation->r_info);
	struct recoat_slot slot = {
		.module = module,
		.address = image->bias + relocation->r_offset,
	};

	if (slot.address % sizeof(uint64_t))
		return;
	if (type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64)
		slot.name = number ? image->strings + image->symbols[number].st_name : NULL;
	else if (type != R_X86_64_RELATIVE)
		return;
	slot.held = __atomic_load_n((const uint64_t *)slot.address, __ATOMIC_RELAXED);
	slot.unbound = type == R_X86_64_JUMP_SLOT && slot.held >= module->start &&
		       slot.held < module->end && is_plt_entry(slot.held);
	each(&slot);
}

void recoat_slots_iterate(const struct recoat_elf_image *image, const struct recoat_module *module,
			  void (*each)(const struct recoat_slot *slot))
{
	for (uint64_t i = 0; image->plt_relocations && i < image->plt_relocation_count; i++)
		take_slot(image, module, &image->plt_relocations[i], each);
	for (uint64_t i = 0; image->relocations && i < image->relocation_count; i++)
		take_slot(image, module, &image->relocations[i], each);
}
