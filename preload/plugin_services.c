/* SPDX-License-Identifier: Apache-2.0 */
/* What the host does for plugins: see recoat/plugin.h. */
#include "preload/plugin_host.h"

#include <errno.h>
#include <string.h>

#include "preload/clock.h"
#include "preload/message.h"
#include "preload/recording.h"
#include "preload/thread.h"
#include "preload/work.h"

#define LINE_MAX_BYTES 1000

/* `host` is the first member of its object, which is not constant. */
static struct recoat_plugin_object *object_of(const struct recoat_plugin_host *host)
{
	return (struct recoat_plugin_object *)(uintptr_t)host;
}

void recoat_plugins_note(const char *plugin, const char *kind, const char *text)
{
	struct recoat_plugin_note event = {.plugin = plugin, .kind = kind, .text = text};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_plugin_note(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

static void say(const struct recoat_plugin_host *host, const char *line)
{
	const struct recoat_plugin_object *object = object_of(host);
	char text[LINE_MAX_BYTES + 1] = "";
	struct recoat_thread *thread;
	int kept = errno;

	strncat(text, line ? line : "", LINE_MAX_BYTES);
	if (object->starting) {
		recoat_message("%s: %s", object->name, text);
	} else {
		/* Busy, so that no signal handler wants the lock that is held meanwhile. */
		thread = recoat_thread_enter();
		if (thread || object->in_init)
			recoat_plugins_note(object->name, "log", text);
		if (thread)
			recoat_thread_leave(thread);
	}
	errno = kept;
}

static struct recoat_plugin_counter *counter(const struct recoat_plugin_host *host,
					     const char *name)
{
	struct recoat_plugin_object *object = object_of(host);

	if (!name || !recoat_plugin_is_name(name, strlen(name)))
		return &object->nowhere;
	for (uint32_t i = 0; i < object->counters; i++) {
		if (!strcmp(object->counter[i].name, name))
			return &object->counter[i];
	}
	if (!object->in_init || object->counters == RECOAT_PLUGIN_COUNTERS_MAX)
		return &object->nowhere;
	recoat_plugin_counter_init(&object->counter[object->counters], name);
	return &object->counter[object->counters++];
}

static void memory(const struct recoat_plugin_host *host, int64_t change)
{
	recoat_plugin_counters_hold(object_of(host), change);
}

static const struct recoat_plugin_kernel *kernel(const struct recoat_plugin_host *host,
						 uint32_t swap)
{
	struct recoat_plugin_object *object = object_of(host);

	/* Acquire pairs with the release in recoat_plugins_placed(). */
	if (swap >= object->plugin->swap_count ||
	    !atomic_load_explicit(&object->placed[swap], memory_order_acquire))
		return NULL;
	return &object->kernel[swap];
}

static void put_mismatch(const struct recoat_plugin_object *object,
			 const struct recoat_plugin_mismatch *found)
{
	const struct recoat_plugin_swap *swap = &object->plugin->swaps[found->swap];
	struct recoat_mismatch event = {
		.plugin = object->name,
		.kernel = swap->kernel,
		.abi = swap->abi,
		.what = found->what ? found->what : "",
		.size = found->size,
		.values = found->values,
		.differing = found->differing,
		.max_absolute = found->max_absolute,
		.max_relative = found->max_relative,
	};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_mismatch(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

static void mismatch(const struct recoat_plugin_host *host,
		     const struct recoat_plugin_mismatch *found)
{
	struct recoat_plugin_object *object = object_of(host);
	int kept = errno;
	struct recoat_thread *thread;

	if (found->swap >= object->plugin->swap_count)
		return;
	recoat_plugin_counter_add(&object->mismatches, 1);
	thread = recoat_thread_enter();
	if (thread) {
		put_mismatch(object, found);
		recoat_thread_leave(thread);
	}
	errno = kept;
}

static uint64_t call(const struct recoat_plugin_host *host)
{
	(void)host;
	return recoat_work_call();
}

static void work_begin(const struct recoat_plugin_host *host, uint64_t for_call)
{
	(void)host;
	recoat_work_begin(for_call);
}

static void work_end(const struct recoat_plugin_host *host)
{
	(void)host;
	recoat_work_end();
}

/* A thread that cannot be made busy is so already, or is not recorded. */
static void quietly(const struct recoat_plugin_host *host, void (*act)(void *data), void *data)
{
	struct recoat_thread *thread = recoat_thread_enter();

	(void)host;
	act(data);
	if (thread)
		recoat_thread_leave(thread);
}

void recoat_plugin_services(struct recoat_plugin_object *object)
{
	recoat_plugin_counter_init(&object->nowhere, "");
	recoat_plugin_counter_init(&object->memory, "memory");
	recoat_plugin_counter_init(&object->memory_peak, "memory_peak");
	recoat_plugin_counter_init(&object->mismatches, "mismatches");
	object->memory_peak.highest = true;
	object->host = (struct recoat_plugin_host){
		.struct_size = sizeof object->host,
		.abi = RECOAT_PLUGIN_ABI,
		.log = say,
		.counter = counter,
		.count = recoat_plugin_counter_add,
		.memory = memory,
		.kernel = kernel,
		.mismatch = mismatch,
		.call = call,
		.work_begin = work_begin,
		.work_end = work_end,
		.quietly = quietly,
	};
}
