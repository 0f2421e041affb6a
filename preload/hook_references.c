/* SPDX-License-Identifier: Apache-2.0 */
/* Leading slots and answers of dlsym to stubs, and learning from them what is indirect. */
#include "preload/hook_references.h"

#include <string.h>

#include "kernels/catalogue.h"
#include "preload/definition.h"
#include "preload/elf_image.h"
#include "preload/hook.h"
#include "preload/hook_slots.h"
#include "preload/slot.h"

/* ---- Slots. ---- */

/* An indirect function is what the loader has bound a slot of its name to. */
static bool resolve(struct recoat_definition *definition, const struct recoat_slot *slot)
{
	if (definition->address || !slot->name || strcmp(definition->symbol, slot->name) != 0 ||
	    slot->held < definition->module_start || slot->held >= definition->module_end ||
	    slot->held == definition->resolver || slot->unbound)
		return false;
	definition->address = slot->held;
	return true;
}

/*
 * The definition that a slot means. A bound slot holds its address. An unbound one means the
 * only definition of that name, if it is, that others can see.
 */
static struct recoat_definition *meant_by(const struct recoat_slot *slot, bool *ambiguous)
{
	struct recoat_definition *found = NULL;

	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		struct recoat_definition *definition = recoat_definition_at(i);

		if (definition->gone)
			continue;
		if (resolve(definition, slot))
			recoat_reference_catch(definition, slot->module);
		if (definition->address == slot->held)
			return definition;
		if (!slot->unbound || definition->how != RECOAT_HOW_DYNSYM ||
		    strcmp(definition->symbol, slot->name) != 0)
			continue;
		*ambiguous |= found != NULL;
		found = definition;
	}
	return found;
}

static void patch_slot(const struct recoat_slot *slot)
{
	bool ambiguous = false;
	struct recoat_definition *definition = meant_by(slot, &ambiguous);
	uint64_t stub;

	if (!definition || !definition->address || definition->caught == RECOAT_CAUGHT_INLINE ||
	    definition->kernel->hook == RECOAT_HOOK_INLINE)
		return;
	if (ambiguous) {
		recoat_reference_refuse(definition, slot->module,
					"several modules define it and the call is not bound yet");
		return;
	}
	stub = recoat_reference_stub(definition, definition->address, RECOAT_BY_GOT);
	definition->referred = true;
	if (!stub || !recoat_slot_write(slot->module, slot->address, stub))
		recoat_reference_refuse(definition, slot->module, "its slot cannot be written");
}

/* Could a slot that leads to it have to be changed, or tell its address? */
static bool wants_slots(const struct recoat_definition *definition)
{
	return !definition->gone &&
	       (!definition->address || (definition->caught != RECOAT_CAUGHT_INLINE &&
					 definition->kernel->hook != RECOAT_HOOK_INLINE));
}

static bool any_wants_slots(void)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++)
		if (wants_slots(recoat_definition_at(i)))
			return true;
	return false;
}

/* A new definition concerns every module; a new module, every definition. */
void recoat_references_lead(const struct recoat_module *modules, uint32_t count,
			    bool new_definition)
{
	struct recoat_elf_image image;

	if (!any_wants_slots())
		return;
	for (uint32_t i = 0; i < count; i++)
		if ((!modules[i].hooked || new_definition) &&
		    !recoat_module_is_runtime(&modules[i]) &&
		    recoat_elf_image_open(&image, &modules[i]))
			recoat_slots_iterate(&image, &modules[i], patch_slot);
}

/* ---- Answers of dlsym. ---- */

struct answer {
	uint64_t address;
	const char *name;
};

/* dlsym has called the resolver of an indirect function for us. */
static void resolve_by_name(void *user)
{
	const struct answer *answer = user;
	const struct recoat_module *module = recoat_modules_find(answer->address);
	const struct recoat_slot slot = {
		.module = module, .held = answer->address, .name = answer->name};

	for (uint32_t i = 0; module && i < recoat_definition_count(); i++) {
		struct recoat_definition *definition = recoat_definition_at(i);

		if (!definition->gone && resolve(definition, &slot))
			recoat_reference_catch(definition, module);
	}
}

static bool any_unresolved(const char *name)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		const struct recoat_definition *definition = recoat_definition_at(i);

		if (!definition->gone && !definition->address &&
		    strcmp(definition->symbol, name) == 0)
			return true;
	}
	return false;
}

uint64_t recoat_hook_symbol(uint64_t address, const char *name)
{
	struct answer answer = {address, name};
	const struct recoat_definition *definition;

	if (any_unresolved(name))
		recoat_modules_locked(resolve_by_name, &answer);
	definition = recoat_definition_find(address);
	if (!definition || definition->caught == RECOAT_CAUGHT_INLINE ||
	    definition->kernel->hook == RECOAT_HOOK_INLINE)
		return 0;
	return recoat_reference_stub(definition, address, RECOAT_BY_DLSYM);
}
