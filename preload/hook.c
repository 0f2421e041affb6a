/* SPDX-License-Identifier: Apache-2.0 */
/* Which definition is caught by which mechanism. */
#include "preload/hook.h"

#include <stdio.h>
#include <string.h>

#include "kernels/catalogue.h"
#include "preload/clock.h"
#include "preload/definition.h"
#include "preload/elf_image.h"
#include "preload/hook_references.h"
#include "preload/inline_hook.h"
#include "preload/link.h"
#include "preload/locate.h"
#include "preload/pybind.h"
#include "preload/recording.h"
#include "preload/slot.h"

static const struct recoat_catalogue *catalogue;
static const char *globs;
static const char *debug_directory;

/* Together with how a function was found. */
#define FOUND_BY(mechanism)                                                                        \
	{                                                                                          \
		mechanism " (dynsym)", mechanism " (symtab)", mechanism " (debug file)",           \
			mechanism " (rtti)", mechanism " (pybind)", mechanism " (offset)"          \
	}

static const char *const mechanism_text[][RECOAT_HOW_COUNT] = {
	[RECOAT_BY_INLINE] = FOUND_BY("inline"), [RECOAT_BY_VTABLE] = FOUND_BY("vtable"),
	[RECOAT_BY_RECORD] = FOUND_BY("record"), [RECOAT_BY_GOT] = FOUND_BY("got"),
	[RECOAT_BY_DLSYM] = FOUND_BY("dlsym"),
};

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

void recoat_reference_refuse(const struct recoat_definition *definition,
			     const struct recoat_module *module, const char *reason)
{
	recoat_hook_refuse(definition->kernel, definition->symbol, module, reason);
}

uint64_t recoat_reference_stub(const struct recoat_definition *definition, uint64_t original,
			       enum recoat_mechanism mechanism)
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
	uint64_t stub = recoat_reference_stub(
		definition, definition->address,
		definition->how == RECOAT_HOW_PYBIND ? RECOAT_BY_RECORD : RECOAT_BY_VTABLE);

	if (stub && write_slot(definition, module, stub))
		definition->caught = RECOAT_CAUGHT_SLOT;
	else
		recoat_reference_refuse(definition, module, "its slot cannot be written");
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
	stub = recoat_reference_stub(definition, hook.original, RECOAT_BY_INLINE);
	definition->obstacle =
		stub ? recoat_inline_enable(&hook, stub) : "there is no stub left for it";
	if (definition->obstacle)
		return false;
	definition->caught = RECOAT_CAUGHT_INLINE;
	return true;
}

/* The function is known: catch it where it is, or else in the slot that it was found in. */
void recoat_reference_catch(struct recoat_definition *definition,
			    const struct recoat_module *module)
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
		recoat_reference_refuse(definition, module, reason);
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
	recoat_reference_catch(definition, module);
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
		recoat_reference_catch(definition, module);
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
	recoat_references_lead(modules, count, any_new);
	each_new(modules, count, judge);
	for (uint32_t i = 0; i < count; i++)
		modules[i].hooked = modules[i].located;
}
