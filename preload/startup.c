/* SPDX-License-Identifier: Apache-2.0 */
/* From being loaded to the end: what happens in which order. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/catalogue.h"
#include "preload/call_path.h"
#include "preload/chain.h"
#include "preload/clock.h"
#include "preload/code_threads.h"
#include "preload/cpu.h"
#include "preload/cpu_signal.h"
#include "preload/export.h"
#include "preload/fault.h"
#include "preload/heap.h"
#include "preload/hook.h"
#include "preload/interpose.h"
#include "preload/link.h"
#include "preload/mapping.h"
#include "preload/memory.h"
#include "preload/message.h"
#include "preload/modules.h"
#include "preload/plugin_host.h"
#include "preload/recording.h"
#include "preload/settings.h"
#include "preload/span.h"
#include "preload/thread.h"
#include "preload/tree.h"
#include "preload/unwind_fallback.h"
#include "preload/vectors.h"

static struct recoat_settings settings;
static pid_t recorded; /* The process that the open recording is about, 0 if none. */
static pid_t plugged;  /* The process that the plugins serve, 0 if none. */

/* Kernels, or none with a line on why. The catalogue stays for the life of the process. */
static bool load_catalogue(void)
{
	struct recoat_catalogue *catalogue = recoat_map(sizeof *catalogue);
	struct recoat_catalogue_error error;

	if (!catalogue)
		return true;
	if (!recoat_catalogue_load(catalogue, settings.kernel_path, &error)) {
		recoat_hook_init(catalogue, settings.kernels, settings.debug_path);
		return true;
	}
	recoat_message("%s:%d: %s; not recording", error.file, error.line, error.message);
	return false;
}

/*
 * Open the files of this process. The calling thread is busy or not let in yet. A child's may
 * have a stack of 16 KiB, so texts are not on it.
 */
static bool begin_recording(bool forked)
{
	static char problem[PATH_MAX + 128] = "no address space for the call tree";

	if (recoat_tree_init() ||
	    !recoat_recording_start(&settings, forked, problem, sizeof problem)) {
		if (!forked)
			recoat_message("%s; not recording", problem);
		return false;
	}
	if (settings.heap.level != RECOAT_HEAP_OFF && !recoat_heap_init(&settings.heap))
		recoat_drop(RECOAT_DROP_COUNTERS);
	recoat_cpu_start(settings.cpu_rate);
	/* Without samples, too: for hooks in modules that are loaded after their threads. */
	recoat_threads_claim();
	recorded = getpid();
	return true;
}

static bool begin_in_child(void)
{
	if (!begin_recording(true))
		return false;
	recoat_modules_repeat();
	recoat_plugins_repeat();
	recoat_link_repeat();
	return true;
}

/*
 * fork copies what other threads were in the middle of: hold the process lock over it, so
 * that the tree and the lists of modules are whole in the child. A signal handler that forks
 * while its thread is busy might wait for itself; its child is not recorded.
 */
static bool fork_is_clean;
static bool forks_watched; /* The three that follow are called around fork. */

static void before_fork(void)
{
	bool clean = !recoat_thread_busy();

	recoat_plugins_fork(RECOAT_FORK_PREPARE);
	if (clean) {
		recoat_fallback_lock();
		recoat_lock_take(&recoat_process_lock);
	}
	fork_is_clean = clean;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	recoat_local.forking = clean;
}

static void after_fork_in_parent(void)
{
	recoat_local.forking = false;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (fork_is_clean) {
		recoat_lock_drop(&recoat_process_lock);
		recoat_fallback_unlock();
	}
	recoat_plugins_fork(RECOAT_FORK_PARENT);
}

/*
 * The child has its parent's recording mapped. It lets go of it at once, and begins one of
 * its own at its first event: most children exec before they have any.
 */
static void after_fork_in_child(void)
{
	int kept = errno;

	recoat_thread_allow(false);
	recoat_fallback_unlock();
	recoat_plugins_forget_counters();
	recoat_stream_unshare_all();
	recoat_recording_reset();
	recoat_thread_reset();
	recoat_heap_reset();
	recoat_mapping_reset();
	recoat_chain_reset();
	recoat_fault_reset();
	if (recorded && settings.follow && fork_is_clean) {
		recoat_thread_begin_later(begin_in_child);
		if (!recoat_heap_wanted)
			recoat_cpu_await();
	}
	recorded = 0;
	plugged = getpid();
	recoat_plugins_fork(RECOAT_FORK_CHILD);
	errno = kept;
}

void recoat_fork_before(void)
{
	if (forks_watched)
		before_fork();
}

void recoat_fork_after(pid_t pid)
{
	int kept = errno;

	if (forks_watched && pid)
		after_fork_in_parent();
	else if (forks_watched)
		after_fork_in_child();
	errno = kept;
}

/* Remove librecoat.so from LD_PRELOAD, so that programs started from here run without it. */
static void stop_following(void)
{
	char *list = getenv("LD_PRELOAD");
	char *kept = list;

	while (list && *list) {
		size_t length = strcspn(list, ": ");
		size_t with_separator = length + (list[length] != '\0');

		if (length < strlen("librecoat.so") ||
		    strncmp(list + length - strlen("librecoat.so"), "librecoat.so",
			    strlen("librecoat.so"))) {
			memmove(kept, list, with_separator);
			kept += with_separator;
		}
		list += with_separator;
	}
	if (kept)
		*kept = '\0';
}

__attribute__((constructor)) static void start(void)
{
	char problem[1024];
	int kept = errno;

	recoat_malloc_resolve();
	recoat_mmap_resolve();
	recoat_brk_resolve();
	recoat_signal_resolve();
	recoat_fork_resolve();
	recoat_clock_init();
	if (!recoat_settings_read(&settings, problem, sizeof problem))
		recoat_message("%s; not recording", problem);
	else if (load_catalogue() && !recoat_thread_init() && begin_recording(false)) {
		recoat_call_path_init(settings.unwinder);
		recoat_vectors_init();
		recoat_spans_init(settings.spans);
		recoat_chain_init();
		plugged = getpid();
		recoat_plugins_start(settings.plugins, settings.plugin_path);
		recoat_modules_refresh();
		while (recoat_plugins_open_noted())
			recoat_modules_check();
		pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
		forks_watched = true;
		recoat_heap_wanted = settings.heap.level != RECOAT_HEAP_OFF;
		recoat_thread_allow(true);
		recoat_cpu_attach();
	}
	recoat_cpu_signal_settle();
	if (!settings.follow)
		stop_following();
	errno = kept;
}

/* The closing facts, once, and not by a vfork child that shares this memory. */
void recoat_process_end(void)
{
	int kept = errno;

	if (recorded && recorded == getpid()) {
		if (recoat_heap_wanted)
			recoat_heap_end();
		if (recoat_link_any())
			recoat_recording_calibrate();
		recoat_plugins_settle_counters();
		recoat_chain_end();
		recoat_recording_end();
		recorded = 0;
	}
	errno = kept;
}

__attribute__((destructor)) static void stop(void)
{
	if (plugged && plugged == getpid())
		recoat_plugins_end();
	recoat_process_end();
}

/* Ways out that run no destructors. */
RECOAT_EXPORT void _exit(int status)
{
	recoat_process_end();
	syscall(SYS_exit_group, status);
	__builtin_unreachable();
}

RECOAT_EXPORT void _Exit(int status)
{
	_exit(status);
}
