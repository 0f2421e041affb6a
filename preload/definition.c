/* SPDX-License-Identifier: Apache-2.0 */
/* The table of definitions. */
#include "preload/definition.h"

#include <stdatomic.h>
#include <string.h>

#include "preload/link.h"

static struct recoat_definition definitions[RECOAT_DEFINITIONS_MAX];
static _Atomic uint32_t definition_count;

uint32_t recoat_definition_count(void)
{
	/* Acquire pairs with the release in publish(). */
	return atomic_load_explicit(&definition_count, memory_order_acquire);
}

struct recoat_definition *recoat_definition_at(uint32_t index)
{
	return &definitions[index];
}

static void publish(uint32_t count)
{
	atomic_store_explicit(&definition_count, count, memory_order_release);
}

struct recoat_definition *recoat_definition_find(uint64_t address)
{
	uint32_t count = recoat_definition_count();

	for (uint32_t i = 0; i < count; i++) {
		struct recoat_definition *definition = &definitions[i];

		if (atomic_load_explicit(&definition->address, memory_order_relaxed) == address &&
		    /* Acquire pairs with the release in fill(). */
		    !atomic_load_explicit(&definition->gone, memory_order_acquire))
			return definition;
	}
	return NULL;
}

static bool is_known(const struct recoat_entry_point *entry)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		const struct recoat_definition *known = &definitions[i];

		if (!known->gone && (entry->indirect ? known->resolver == entry->address
						     : known->address == entry->address))
			return true;
	}
	return false;
}

/* A place that nobody can mean any more: a module that comes and goes must not use up the table. */
static struct recoat_definition *free_place(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (definitions[i].gone)
			return &definitions[i];
	return count < RECOAT_DEFINITIONS_MAX ? &definitions[count] : NULL;
}

static void fill(struct recoat_definition *definition, const struct recoat_entry_point *entry,
		 const struct recoat_module *module)
{
	definition->kernel = entry->kernel;
	strcpy(definition->symbol, entry->symbol);
	definition->address = entry->indirect ? 0 : entry->address;
	definition->resolver = entry->indirect ? entry->address : 0;
	definition->size = entry->size;
	definition->slot = entry->slot;
	definition->module_start = module->start;
	definition->module_end = module->end;
	definition->how = entry->how;
	definition->caught = RECOAT_CAUGHT_NOT;
	definition->referred = definition->judged = false;
	definition->obstacle = NULL;
	/* Release pairs with the loads by those who search without the lock. */
	atomic_store_explicit(&definition->gone, false, memory_order_release);
}

struct recoat_definition *recoat_definition_add(const struct recoat_entry_point *entry,
						const struct recoat_module *module,
						const char **reason)
{
	uint32_t count = recoat_definition_count();
	struct recoat_definition *definition = free_place(count);

	*reason = NULL;
	if (is_known(entry))
		return NULL;
	if (strlen(entry->symbol) >= sizeof(definition->symbol))
		*reason = "the symbol's name is too long";
	else if (!definition)
		*reason = "too many functions match the catalogues";
	if (*reason)
		return NULL;
	fill(definition, entry, module);
	if (definition == &definitions[count])
		publish(count + 1);
	return definition;
}

void recoat_definition_drop_gone(const struct recoat_module *modules, uint32_t count)
{
	for (uint32_t i = 0; i < recoat_definition_count(); i++) {
		uint32_t at = 0;

		while (at < count && definitions[i].module_start != modules[at].start)
			at++;
		if (definitions[i].gone || (at < count && modules[at].located))
			continue;
		definitions[i].gone = true;
		recoat_link_forget(definitions[i].module_start, definitions[i].module_end);
	}
}
