/* SPDX-License-Identifier: Apache-2.0 */
/* Opening plugins and keeping them. */
#include "preload/plugin_host.h"

#include <stdio.h>
#include <string.h>

#include "kernels/catalogue.h"
#include "preload/clock.h"
#include "preload/link.h"
#include "preload/lock.h"
#include "preload/memory.h"
#include "preload/message.h"
#include "preload/recording.h"

#define ABIS_MAX 8

/* The object of a plugin for one ABI tag. */
enum state {
	NOTED = 1, /* It is there, and is to be opened. */
	OPEN,
	USELESS, /* It is not there, or cannot serve. */
};
struct of_abi {
	char abi[RECOAT_KERNEL_NAME_MAX];
	_Atomic enum state state; /* Released, so that who sees OPEN sees the object. */
	struct recoat_plugin_object *object;
};

struct plugin {
	struct recoat_plugin_object *main; /* NULL: it cannot serve. */
	_Atomic uint32_t abis; /* Released; grows one at a time, under the lock of links. */
	struct of_abi of_abi[ABIS_MAX];
};

static struct recoat_plugin_list list;
static struct plugin plugins[RECOAT_PLUGINS_MAX];
static char search_path[PATH_MAX];
static _Atomic bool noted;         /* An object is to be opened. */
static struct recoat_lock opening; /* Held by the thread that opens them. */
static uint32_t objects;           /* That it has opened, or tried to. */

uint32_t recoat_plugins_count(void)
{
	return list.count;
}

const char *recoat_plugins_name(uint32_t number)
{
	return list.request[number].name;
}

bool recoat_plugins_serves(uint32_t number)
{
	return plugins[number].main != NULL;
}

/* ---- Opening. ---- */

/* What the recording is to have of an object that was opened. */
static void note_object(struct recoat_plugin_object *object)
{
	recoat_plugins_note(object->name, "file", object->file);
	recoat_plugins_note(object->name, "version", object->plugin->version);
	if (*object->options)
		recoat_plugins_note(object->name, "options", object->options);
	recoat_plugin_counters_publish(object);
}

/* Open object->file and begin. False with a sentence in `problem`. */
static bool begin(struct recoat_plugin_object *object, bool of_abi, char *problem, size_t size)
{
	const char *reason;

	object->plugin = recoat_plugin_open(object->file, object->name, problem, size);
	if (!object->plugin || !recoat_plugin_options_parse(&object->values, object->plugin,
							    object->options, of_abi, problem, size))
		return false;
	recoat_plugin_services(object);
	if (object->plugin->init) {
		object->in_init = true;
		object->starting = !of_abi;
		reason = object->plugin->init(&object->host, object->values.value);
		object->in_init = object->starting = false;
		if (reason) {
			snprintf(problem, size, "it cannot serve: %s", reason);
			return false;
		}
	}
	note_object(object);
	return true;
}

/*
 * The object in `file`, or NULL; only what happens before the target starts is said aloud. Texts
 * are not on the stack, which may be small where dlopen is called.
 */
static struct recoat_plugin_object *open_object(uint32_t number, const char *file, bool of_abi)
{
	const struct recoat_plugin_request *request = &list.request[number];
	struct recoat_plugin_object *object = recoat_map(sizeof *object);
	char problem[512] = "no memory";
	static char text[PATH_MAX + sizeof problem];

	if (object) {
		object->number = objects++;
		object->name = request->name;
		object->options = request->options;
		strcpy(object->file, file);
		if (begin(object, of_abi, problem, sizeof problem))
			return object;
	}
	snprintf(text, sizeof text, "%s: %s", file, problem);
	recoat_plugins_note(request->name, "refused", text);
	if (!of_abi)
		recoat_message("plugin %s: %s; running without it", request->name, text);
	/* Its memory stays: the plugin may have kept the host. */
	return NULL;
}

void recoat_plugins_start(const char *wanted, const char *path)
{
	char problem[512], file[PATH_MAX];

	strncpy(search_path, path, sizeof search_path - 1);
	if (!recoat_plugin_list_parse(&list, wanted, problem, sizeof problem)) {
		list.count = 0;
		recoat_message("RECOAT_PLUGINS: %s; running without plugins", problem);
		return;
	}
	for (uint32_t i = 0; i < list.count; i++) {
		if (recoat_plugin_find(path, list.request[i].name, NULL, file)) {
			plugins[i].main = open_object(i, file, false);
			continue;
		}
		recoat_plugins_note(list.request[i].name, "refused", "it was not found");
		recoat_message("plugin %s: found no %s.so in %s; running without it",
			       list.request[i].name, list.request[i].name, path);
	}
}

static void open_noted_of(uint32_t number)
{
	struct plugin *plugin = &plugins[number];
	static char file[PATH_MAX];

	for (uint32_t i = 0; i < plugin->abis; i++) {
		struct of_abi *of_abi = &plugin->of_abi[i];

		if (of_abi->state != NOTED)
			continue;
		if (recoat_plugin_find(search_path, recoat_plugins_name(number), of_abi->abi, file))
			of_abi->object = open_object(number, file, true);
		atomic_store_explicit(&of_abi->state, of_abi->object ? OPEN : USELESS,
				      memory_order_release);
	}
}

/*
 * A thread that comes while another one is opening goes on without: its calls are served by
 * the other links of the chain until the plugin is ready.
 */
bool recoat_plugins_open_noted(void)
{
	if (!atomic_load_explicit(&noted, memory_order_relaxed) || !recoat_lock_try(&opening))
		return false;
	/* Acquire pairs with the release in of_abi(). */
	atomic_exchange_explicit(&noted, false, memory_order_acquire);
	for (uint32_t i = 0; i < list.count; i++)
		open_noted_of(i);
	recoat_link_complete();
	recoat_lock_drop(&opening);
	return true;
}

/* ---- What they implement. ---- */

static bool find_swap(struct recoat_plugin_object *object, const struct recoat_kernel *kernel,
		      struct recoat_plugin_place *place)
{
	for (uint32_t i = 0; i < object->plugin->swap_count; i++) {
		const struct recoat_plugin_swap *swap = &object->plugin->swaps[i];

		if (!strcmp(swap->kernel, kernel->name) && !strcmp(swap->abi, kernel->abi)) {
			*place = (struct recoat_plugin_place){.object = object, .swap = i};
			return true;
		}
	}
	return false;
}

/* What is known of the plugin's object for this ABI; looked for when first asked. */
static struct of_abi *of_abi(uint32_t number, const char *abi)
{
	struct plugin *plugin = &plugins[number];
	struct of_abi *fresh;
	static char file[PATH_MAX];

	for (uint32_t i = 0; i < plugin->abis; i++) {
		if (!strcmp(plugin->of_abi[i].abi, abi))
			return &plugin->of_abi[i];
	}
	if (plugin->abis == ABIS_MAX)
		return NULL;
	fresh = &plugin->of_abi[plugin->abis];
	strcpy(fresh->abi, abi);
	fresh->state = USELESS;
	if (recoat_plugin_find(search_path, recoat_plugins_name(number), abi, file)) {
		fresh->state = NOTED;
		/* Release pairs with the acquire in recoat_plugins_open_noted(). */
		atomic_store_explicit(&noted, true, memory_order_release);
	}
	atomic_fetch_add_explicit(&plugin->abis, 1, memory_order_release);
	return fresh;
}

enum recoat_plugin_has recoat_plugins_look(uint32_t number, const struct recoat_kernel *kernel,
					   struct recoat_plugin_place *place)
{
	const struct of_abi *more;

	if (!plugins[number].main)
		return RECOAT_PLUGIN_HAS_NOT;
	if (find_swap(plugins[number].main, kernel, place))
		return RECOAT_PLUGIN_HAS;
	more = of_abi(number, kernel->abi);
	if (!more || more->state == USELESS)
		return RECOAT_PLUGIN_HAS_NOT;
	if (more->state == NOTED)
		return RECOAT_PLUGIN_MAY_HAVE;
	return find_swap(more->object, kernel, place) ? RECOAT_PLUGIN_HAS : RECOAT_PLUGIN_HAS_NOT;
}

void recoat_plugins_placed(const struct recoat_plugin_place *place,
			   const struct recoat_kernel *kernel, const char *symbol)
{
	struct recoat_plugin_object *object = place->object;

	/* What it was told once stays valid; a module that comes again has the same kernel. */
	if (atomic_load_explicit(&object->placed[place->swap], memory_order_relaxed))
		return;
	object->kernel[place->swap] = (struct recoat_plugin_kernel){
		.struct_size = sizeof(struct recoat_plugin_kernel),
		.name = kernel->name,
		.abi = kernel->abi,
		.operation = kernel->operation,
		.symbol = symbol,
	};
	/* Release pairs with the acquire in kernel() of plugin_services.c. */
	atomic_store_explicit(&object->placed[place->swap], true, memory_order_release);
}

/* ---- All objects in turn. ---- */

static void each_of(struct plugin *plugin, void (*act)(struct recoat_plugin_object *, void *),
		    void *data)
{
	if (plugin->main)
		act(plugin->main, data);
	for (uint32_t i = 0; i < plugin->abis; i++) {
		if (plugin->of_abi[i].state == OPEN)
			act(plugin->of_abi[i].object, data);
	}
}

static void each(void (*act)(struct recoat_plugin_object *, void *), void *data)
{
	for (uint32_t i = 0; i < list.count; i++)
		each_of(&plugins[i], act, data);
}

static void fork_one(struct recoat_plugin_object *object, void *moment)
{
	if (object->plugin->fork)
		object->plugin->fork(*(const enum recoat_plugin_fork *)moment);
}

/* As with pthread_atfork(), those that come last prepare first. */
void recoat_plugins_fork(enum recoat_plugin_fork moment)
{
	if (moment == RECOAT_FORK_CHILD)
		opening = (struct recoat_lock){0};
	for (uint32_t i = 0; i < list.count; i++)
		each_of(&plugins[moment == RECOAT_FORK_PREPARE ? list.count - 1 - i : i], fork_one,
			&moment);
}

static void end_one(struct recoat_plugin_object *object, void *unused)
{
	(void)unused;
	if (object->plugin->fini)
		object->plugin->fini();
}

void recoat_plugins_end(void)
{
	each(end_one, NULL);
}

static void settle_one(struct recoat_plugin_object *object, void *unused)
{
	(void)unused;
	recoat_plugin_counters_settle(object);
}

void recoat_plugins_settle_counters(void)
{
	each(settle_one, NULL);
}

static void forget_one(struct recoat_plugin_object *object, void *unused)
{
	(void)unused;
	recoat_plugin_counters_forget(object);
}

void recoat_plugins_forget_counters(void)
{
	each(forget_one, NULL);
}

static void repeat_one(struct recoat_plugin_object *object, void *unused)
{
	(void)unused;
	note_object(object);
}

void recoat_plugins_repeat(void)
{
	each(repeat_one, NULL);
}
