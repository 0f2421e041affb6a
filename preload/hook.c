/* SPDX-License-Identifier: Apache-2.0 */
/* Patching of GOT slots and data relocations. */
#include "preload/hook.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/catalogue.h"
#include "preload/clock.h"
#include "preload/elf_image.h"
#include "preload/link.h"
#include "preload/recording.h"

#define DEFINITIONS_MAX 1024

/* A function of some module that a catalogue entry means. */
struct definition {
	const struct recoat_kernel *kernel;
	char symbol[RECOAT_SYMBOL_MAX];
	uint64_t address;
	bool gone; /* Its module is not mapped any more. */
};

static const struct recoat_catalogue *catalogue;
static const char *globs;

/* Written under the loader's lock only; read by recoat_hook_symbol() without it. */
static struct definition definitions[DEFINITIONS_MAX];
static _Atomic uint32_t definition_count;

void recoat_hook_init(const struct recoat_catalogue *kernels, const char *names)
{
	catalogue = kernels;
	globs = *names ? names : NULL;
}

static void refuse(const struct recoat_kernel *kernel, const char *symbol, const char *module,
		   const char *reason)
{
	struct recoat_hook_refused event = {
		.kernel = kernel->name,
		.symbol = symbol,
		.module = module ? module : "",
		.reason = reason,
	};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_hook_refused(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

static void add_definition(const struct recoat_kernel *kernel, const char *symbol,
			   const char *module, uint64_t address)
{
	struct definition *definition = &definitions[definition_count];

	if (strlen(symbol) >= sizeof definition->symbol) {
		refuse(kernel, symbol, module, "the symbol's name is too long");
		return;
	}
	if (definition_count == DEFINITIONS_MAX) {
		refuse(kernel, symbol, module, "too many functions match the catalogues");
		return;
	}
	definition->kernel = kernel;
	definition->address = address;
	definition->gone = false;
	strcpy(definition->symbol, symbol);
	/* Release pairs with the acquire in recoat_hook_symbol(). */
	atomic_fetch_add_explicit(&definition_count, 1, memory_order_release);
}

static bool is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

static void locate_exact(const struct recoat_elf_image *image, const struct recoat_module *module,
			 const struct recoat_kernel *kernel, const char *name)
{
	const ElfW(Sym) *symbol = recoat_elf_find_function(image, name);

	if (symbol && recoat_kernel_matches(kernel, name))
		add_definition(kernel, name, module->path, image->bias + symbol->st_value);
}

/* Without `all = yes`, a pattern must mean one function of a module. */
static void locate_glob(const struct recoat_elf_image *image, const struct recoat_module *module,
			const struct recoat_kernel *kernel, const char *pattern)
{
	uint32_t count = recoat_elf_symbol_count(image);
	const ElfW(Sym) *found = NULL;

	for (uint32_t i = 1; i < count; i++) {
		const ElfW(Sym) *symbol = &image->symbols[i];
		const char *name = image->strings + symbol->st_name;

		if (!recoat_elf_is_function(symbol) || !recoat_glob_match(pattern, name) ||
		    !recoat_kernel_matches(kernel, name))
			continue;
		if (kernel->all) {
			add_definition(kernel, name, module->path, image->bias + symbol->st_value);
		} else if (found) {
			refuse(kernel, name, module->path,
			       "the pattern matches several functions and 'all = yes' is not set");
			return;
		}
		found = symbol;
	}
	if (found && !kernel->all)
		add_definition(kernel, image->strings + found->st_name, module->path,
			       image->bias + found->st_value);
}

static void locate_in(const struct recoat_elf_image *image, const struct recoat_module *module)
{
	for (uint32_t i = 0; i < catalogue->count; i++) {
		const struct recoat_kernel *kernel = &catalogue->kernel[i];

		if (!recoat_glob_list_match(globs, kernel->name))
			continue;
		for (uint32_t j = 0; j < kernel->symbols; j++) {
			if (is_glob(kernel->symbol[j]))
				locate_glob(image, module, kernel, kernel->symbol[j]);
			else
				locate_exact(image, module, kernel, kernel->symbol[j]);
		}
	}
}

/* Functions whose module was unloaded must not be taken for what is mapped there now. */
static void drop_gone(const struct recoat_module *modules, uint32_t count)
{
	for (uint32_t i = 0; i < definition_count; i++) {
		uint32_t at = 0;

		while (at < count && (definitions[i].address < modules[at].start ||
				      definitions[i].address >= modules[at].end))
			at++;
		definitions[i].gone |= at == count;
	}
}

/*
 * The definition that a slot means. A bound slot holds its address. An unbound one, still
 * pointing into the module's own PLT, means the only definition of that name, if it is.
 */
static const struct definition *meant_by(const char *name, uint64_t held, bool unbound,
					 bool *ambiguous)
{
	const struct definition *found = NULL;

	for (uint32_t i = 0; i < definition_count; i++) {
		const struct definition *definition = &definitions[i];

		if (definition->gone || strcmp(definition->symbol, name) != 0)
			continue;
		if (definition->address == held)
			return definition;
		*ambiguous |= unbound && found;
		found = unbound ? definition : NULL;
	}
	return found;
}

/* The protection of the segment, with RELRO taken into account, that an address lies in. */
static int protection_of(const struct recoat_module *module, uint64_t address)
{
	int protection = PROT_READ;

	for (uint32_t i = 0; i < module->header_count; i++) {
		const ElfW(Phdr) *header = &module->headers[i];
		uint64_t start = module->bias + header->p_vaddr;

		if (address < start || address >= start + header->p_memsz)
			continue;
		if (header->p_type == PT_GNU_RELRO)
			return PROT_READ;
		if (header->p_type == PT_LOAD)
			protection = (header->p_flags & PF_R ? PROT_READ : 0) |
				     (header->p_flags & PF_W ? PROT_WRITE : 0) |
				     (header->p_flags & PF_X ? PROT_EXEC : 0);
	}
	return protection;
}

static bool protect(uint64_t page, int protection)
{
	return !syscall(SYS_mprotect, page, (size_t)sysconf(_SC_PAGESIZE), protection);
}

/* Store a pointer in one piece: another thread may be calling through the slot. */
static bool patch(const struct recoat_module *module, uint64_t slot, uint64_t value)
{
	uint64_t page = slot & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
	int protection = protection_of(module, slot);
	bool writable = protection & PROT_WRITE;

	if (!writable && !protect(page, protection | PROT_WRITE))
		return false;
	__atomic_store_n((uint64_t *)slot, value, __ATOMIC_RELEASE);
	return writable || protect(page, protection);
}

static void patch_slot(const struct recoat_elf_image *image, const struct recoat_module *module,
		       const ElfW(Rela) *relocation)
{
	uint32_t type = (uint32_t)ELF64_R_TYPE(relocation->r_info);
	uint64_t slot = image->bias + relocation->r_offset;
	const ElfW(Sym) *symbol = &image->symbols[ELF64_R_SYM(relocation->r_info)];
	const char *name = image->strings + symbol->st_name;
	const struct definition *definition;
	bool ambiguous = false;
	uint64_t held, stub;

	if (slot % sizeof held || !ELF64_R_SYM(relocation->r_info) ||
	    (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && type != R_X86_64_64))
		return;
	held = __atomic_load_n((const uint64_t *)slot, __ATOMIC_RELAXED);
	definition =
		meant_by(name, held,
			 type == R_X86_64_JUMP_SLOT && held >= module->start && held < module->end,
			 &ambiguous);
	if (!definition)
		return;
	if (ambiguous) {
		refuse(definition->kernel, name, module->path,
		       "several modules define it and the call is not bound yet");
		return;
	}
	stub = recoat_link_stub(definition->kernel, definition->address, definition->address, name,
				"got");
	if (!stub || !patch(module, slot, stub))
		refuse(definition->kernel, name, module->path, "its slot cannot be written");
}

static void patch_slots(const struct recoat_elf_image *image, const struct recoat_module *module,
			const ElfW(Rela) *relocations, uint64_t count)
{
	for (uint64_t i = 0; relocations && i < count; i++)
		patch_slot(image, module, &relocations[i]);
}

void recoat_hook_modules(struct recoat_module *modules, uint32_t count)
{
	struct recoat_elf_image image;
	uint32_t before = definition_count;
	bool fresh = false;

	if (!catalogue || !catalogue->count)
		return;
	drop_gone(modules, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!modules[i].hooked && recoat_elf_image_open(&image, &modules[i]))
			locate_in(&image, &modules[i]);
		fresh |= !modules[i].hooked;
	}
	/* A new definition concerns every module; a new module, every definition. */
	for (uint32_t i = 0; fresh && definition_count && i < count; i++) {
		if ((!modules[i].hooked || definition_count > before) &&
		    recoat_elf_image_open(&image, &modules[i])) {
			patch_slots(&image, &modules[i], image.plt_relocations,
				    image.plt_relocation_count);
			patch_slots(&image, &modules[i], image.relocations, image.relocation_count);
		}
	}
	for (uint32_t i = 0; i < count; i++)
		modules[i].hooked = true;
}

uint64_t recoat_hook_symbol(uint64_t address, const char *name)
{
	uint32_t count = atomic_load_explicit(&definition_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (definitions[i].address == address && !definitions[i].gone)
			return recoat_link_stub(definitions[i].kernel, address, address, name,
						"dlsym");
	}
	return 0;
}
