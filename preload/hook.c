/* SPDX-License-Identifier: Apache-2.0 */
/* Which definition is caught by which mechanism. */
#include "preload/hook.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "kernels/catalogue.h"
#include "preload/clock.h"
#include "preload/definition.h"
#include "preload/elf_image.h"
#include "preload/hook_slots.h"
#include "preload/inline_hook.h"
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

/*
 * Lead the function's own code to the stub, and the stub to what stands for that code. Links and
 * cells stay, should the last step fail: the stub then leads to the function all the same.
 */
static bool catch_inline(struct recoat_definition *definition)
{
	struct recoat_inline_hook hook;
	uint64_t stub;

	definition->obstacle = recoat_inline_prepare(&hook, definition->address, definition->size);
	if (definition->obstacle)
		return false;
	stub = stub_for(definition, hook.original, INLINE);
	definition->obstacle =
		stub ? recoat_inline_enable(&hook, stub) : "there is no stub left for it";
	if (definition->obstacle)
		return false;
	definition->caught = RECOAT_CAUGHT_INLINE;
	return true;
}

/* The function is known: catch it where it is, or else in the slot that it was found in. */
static void catch (struct recoat_definition *definition, const struct recoat_module *module)
{
	enum recoat_hook_kind kind = definition->kernel->hook;

	if (kind != RECOAT_HOOK_SLOT && catch_inline(definition))
		return;
	if (definition->slot && kind != RECOAT_HOOK_INLINE)
		catch_by_slot(definition, module);
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

/*
 * Once everything was tried: say what cannot be caught, or not everywhere. Slots see no calls from
 * inside the function's own module.
 */
static void judge(struct recoat_definition *definition, const struct recoat_module *module)
{
	const char *reason = why_not_caught(definition);
	char text[256];

	if (!reason && definition->obstacle) {
		snprintf(text, sizeof(text), "caught by slots only: %s", definition->obstacle);
		reason = text;
	}
	if (reason)
		refuse(definition, module, reason);
	definition->judged = true;
}

void recoat_hook_found(const struct recoat_entry_point *entry, const struct recoat_module *module)
{
	const char *reason;
	struct recoat_definition *definition = recoat_definition_add(entry, module, &reason);

	if (reason)
		recoat_hook_refuse(entry->kernel, entry->symbol, module, reason);
	if (!definition)
		return;
	catch (definition, module);
	judge(definition, module);
}

/* ---- Searching new modules. ---- */

static bool code_wanted; /* Some function may have to be decoded. */

static void take_found(void *user, const struct recoat_entry_point *entry)
{
	const struct recoat_module *module = user;
	const char *reason;

	if (!recoat_definition_add(entry, module, &reason) && reason)
		recoat_hook_refuse(entry->kernel, entry->symbol, module, reason);
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
	code_wanted |= recoat_pybind_watch(&mapped.image, module);
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
static void patch_slots(struct recoat_module *modules, uint32_t count, bool new_definition)
{
	struct recoat_elf_image image;

	for (uint32_t i = 0; i < count; i++)
		if ((!modules[i].hooked || new_definition) &&
		    !recoat_module_is_runtime(&modules[i]) &&
		    recoat_elf_image_open(&image, &modules[i]))
			recoat_slots_iterate(&image, &modules[i], patch_slot);
}

/* Call `step` for the definitions that are new, with their modules; whether there are any. */
static bool each_new(const struct recoat_module *modules, uint32_t count,
		     void (*step)(struct recoat_definition *definition,
				  const struct recoat_module *module))
{
	bool any = false;

	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		struct recoat_definition *definition = recoat_definition_at(i);
		uint32_t at = 0;

		while (at < count && modules[at].start != definition->module_start)
			at++;
		if (definition->judged || definition->gone || at == count)
			continue;
		step(definition, &modules[at]);
		any = true;
	}
	return any;
}

static void catch_known(struct recoat_definition *definition, const struct recoat_module *module)
{
	if (definition->address)
		catch (definition, module);
}

bool recoat_hook_locate(struct recoat_module *modules, uint32_t count)
{
	if (!catalogue || !catalogue->count)
		return false;
	code_wanted = false;
	recoat_definition_drop_gone(modules, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!modules[i].located)
			locate_in(&modules[i]);
		modules[i].located = true;
	}
	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		const struct recoat_definition *definition = recoat_definition_at(i);

		code_wanted |= !definition->judged && !definition->gone &&
			       definition->kernel->hook != RECOAT_HOOK_SLOT;
	}
	return code_wanted;
}

void recoat_hook_catch(struct recoat_module *modules, uint32_t count)
{
	bool any_new;

	if (!catalogue || !catalogue->count) {
		for (uint32_t i = 0; i < count; i++)
			modules[i].hooked = true;
		return;
	}
	recoat_definition_drop_gone(modules, count);
	any_new = each_new(modules, count, catch_known);
	recoat_inline_rest();
	if (any_wants_slots())
		patch_slots(modules, count, any_new);
	each_new(modules, count, judge);
	for (uint32_t i = 0; i < count; i++)
		modules[i].hooked = modules[i].located;
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
			catch (definition, module);
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
	return stub_for(definition, address, DLSYM);
}
