/* SPDX-License-Identifier: Apache-2.0 */
/* Which definition is caught by which mechanism. */
#include "preload/hook.h"

#include <stdatomic.h>
#include <string.h>

#include "kernels/catalogue.h"
#include "preload/clock.h"
#include "preload/definition.h"
#include "preload/elf_image.h"
#include "preload/hook_slots.h"
#include "preload/link.h"
#include "preload/locate.h"
#include "preload/pybind.h"
#include "preload/recording.h"
#include "preload/slot.h"

static const struct recoat_catalogue *catalogue;
static const char *globs;
static const char *debug_directory;

/* How a call was led to the stub, together with how its function was found. */
enum mechanism { INLINE, VTABLE, RECORD, GOT, DLSYM, MECHANISMS };

#define FOUND_BY(mechanism)                                                                        \
	{                                                                                          \
		mechanism " (dynsym)", mechanism " (symtab)", mechanism " (debug file)",           \
			mechanism " (rtti)", mechanism " (pybind)", mechanism " (offset)"          \
	}

static const char *const mechanism_text[MECHANISMS][RECOAT_HOW_COUNT] = {
	FOUND_BY("inline"), FOUND_BY("vtable"), FOUND_BY("record"), FOUND_BY("got"),
	FOUND_BY("dlsym")};

void recoat_hook_init(const struct recoat_catalogue *kernels, const char *names, const char *debug)
{
	catalogue = kernels;
	globs = *names ? names : NULL;
	debug_directory = debug;
}

const struct recoat_catalogue *recoat_hook_catalogue(const char **names)
{
	*names = globs;
	return catalogue;
}

void recoat_hook_refuse(const struct recoat_kernel *kernel, const char *symbol,
			const struct recoat_module *module, const char *reason)
{
	struct recoat_hook_refused event = {
		.kernel = kernel->name,
		.symbol = symbol,
		.module = module->path,
		.reason = reason,
	};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_hook_refused(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

static void refuse(const struct recoat_definition *definition, const struct recoat_module *module,
		   const char *reason)
{
	recoat_hook_refuse(definition->kernel, definition->symbol, module, reason);
}

static uint64_t stub_for(const struct recoat_definition *definition, uint64_t original,
			 enum mechanism mechanism)
{
	return recoat_link_stub(definition->kernel, definition->address, original,
				definition->symbol, mechanism_text[mechanism][definition->how]);
}

/* pybind11's records lie on the heap, which is writable; vtables are part of the module. */
static bool write_slot(const struct recoat_definition *definition,
		       const struct recoat_module *module, uint64_t stub)
{
	if (definition->how != RECOAT_HOW_PYBIND)
		return recoat_slot_write(module, definition->slot, stub);
	__atomic_store_n((uint64_t *)definition->slot, stub, __ATOMIC_RELEASE);
	return true;
}

/* Lead the slot that the definition was found in to the stub. */
static void catch_by_slot(struct recoat_definition *definition, const struct recoat_module *module)
{
	uint64_t stub = stub_for(definition, definition->address,
				 definition->how == RECOAT_HOW_PYBIND ? RECORD : VTABLE);

	if (stub && write_slot(definition, module, stub))
		definition->caught = RECOAT_CAUGHT_SLOT;
	else
		refuse(definition, module, "its slot cannot be written");
}

/* The function is known: catch it where it is, or in the slot that it was found in. */
static void catch (struct recoat_definition *definition, const struct recoat_module *module)
{
	if (definition->slot && definition->kernel->hook != RECOAT_HOOK_INLINE)
		catch_by_slot(definition, module);
}

void recoat_hook_found(const struct recoat_entry_point *entry, const struct recoat_module *module)
{
	const char *reason;
	struct recoat_definition *definition = recoat_definition_add(entry, module, &reason);

	if (reason)
		recoat_hook_refuse(entry->kernel, entry->symbol, module, reason);
	if (definition && definition->address)
		catch (definition, module);
}

/* ---- Searching new modules. ---- */

static void take_found(void *user, const struct recoat_entry_point *entry)
{
	recoat_hook_found(entry, user);
}

static void take_refused(void *user, const struct recoat_kernel *kernel, const char *symbol,
			 const char *reason)
{
	recoat_hook_refuse(kernel, symbol, user, reason);
}

static void locate_in(struct recoat_module *module)
{
	const struct recoat_locate_sink sink = {
		.found = take_found, .refused = take_refused, .user = module};
	struct recoat_mapped_place mapped;

	if (!recoat_mapped_place_open(&mapped, module, debug_directory))
		return;
	recoat_locate(&mapped.place, catalogue, globs, &sink);
	recoat_pybind_watch(&mapped.image, module);
}

/* ---- Slots that refer to definitions. ---- */

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
			catch (definition, slot->module);
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
		refuse(definition, slot->module,
		       "several modules define it and the call is not bound yet");
		return;
	}
	stub = stub_for(definition, definition->address, GOT);
	definition->referred = true;
	if (!stub || !recoat_slot_write(slot->module, slot->address, stub))
		refuse(definition, slot->module, "its slot cannot be written");
}

/* What is neither seen by name nor referred to by address can only be caught where it is. */
static const char *why_not_caught(const struct recoat_definition *definition)
{
	if (definition->caught != RECOAT_CAUGHT_NOT)
		return NULL;
	if (!definition->address)
		return "it is indirect, and no module has been bound to it yet";
	if (definition->kernel->hook == RECOAT_HOOK_INLINE)
		return definition->obstacle;
	if (definition->how != RECOAT_HOW_DYNSYM && !definition->referred)
		return definition->obstacle ? definition->obstacle
					    : "no pointer in its module leads to it";
	return NULL;
}

static void judge(const struct recoat_module *modules, uint32_t count)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		struct recoat_definition *definition = recoat_definition_at(i);
		const char *reason = why_not_caught(definition);
		uint32_t at = 0;

		while (at < count && modules[at].start != definition->module_start)
			at++;
		if (reason && at < count && !definition->judged && !definition->gone)
			refuse(definition, &modules[at], reason);
		definition->judged = true;
	}
}

/* A new definition concerns every module; a new module, every definition. */
static void patch_slots(struct recoat_module *modules, uint32_t count, bool new_definition)
{
	struct recoat_elf_image image;

	for (uint32_t i = 0; i < count; i++)
		if ((!modules[i].hooked || new_definition) &&
		    !recoat_module_is_runtime(&modules[i]) &&
		    recoat_elf_image_open(&image, &modules[i]))
			recoat_slots_iterate(&image, &modules[i], patch_slot);
}

/* Definitions are never taken away, but a new one may take the place of one that is gone. */
static bool any_unjudged(void)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++)
		if (!recoat_definition_at(i)->judged)
			return true;
	return false;
}

void recoat_hook_modules(struct recoat_module *modules, uint32_t count)
{
	bool fresh = false;

	if (!catalogue || !catalogue->count)
		return;
	recoat_definition_drop_gone(modules, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!modules[i].hooked)
			locate_in(&modules[i]);
		fresh |= !modules[i].hooked;
	}
	if (fresh && recoat_definition_count())
		patch_slots(modules, count, any_unjudged());
	judge(modules, count);
	for (uint32_t i = 0; i < count; i++)
		modules[i].hooked = true;
}

/* ---- Answers of dlsym. ---- */

uint64_t recoat_hook_symbol(uint64_t address, const char *name)
{
	const struct recoat_definition *definition = recoat_definition_find(address);

	(void)name;
	if (!definition || definition->caught == RECOAT_CAUGHT_INLINE ||
	    definition->kernel->hook == RECOAT_HOOK_INLINE)
		return 0;
	return stub_for(definition, address, DLSYM);
}
