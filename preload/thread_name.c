/* SPDX-License-Identifier: Apache-2.0 */
/* Thread names, from the kernel into the process stream. */
#include "preload/thread_name.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/code_task.h"
#include "preload/recording.h"
#include "preload/thread.h"

static char usual[RECOAT_TASK_NAME];

void recoat_thread_name_start(void)
{
	int kept = errno;

	if (syscall(SYS_prctl, PR_GET_NAME, usual))
		*usual = '\0';
	errno = kept;
}

static void put_name(pid_t tid, const char *name)
{
	struct recoat_thread_name event = {.tid = (uint32_t)tid, .name = name};

	if (!*name || !strcmp(name, usual))
		return;
	recoat_lock_take(&recoat_process_lock);
	recoat_put_thread_name(&recoat_process_stream, recoat_clock_monotonic(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

void recoat_thread_name_put(void)
{
	int kept = errno;
	char name[RECOAT_TASK_NAME];
	struct recoat_thread *thread = recoat_thread_enter();

	if (thread) {
		if (!syscall(SYS_prctl, PR_GET_NAME, name))
			put_name(thread->tid, name);
		recoat_thread_leave(thread);
	}
	errno = kept;
}

static bool visit(pid_t tid, void *unused)
{
	char name[RECOAT_TASK_NAME];

	(void)unused;
	if (recoat_task_name(tid, name))
		put_name(tid, name);
	return true;
}

void recoat_thread_names_put(void)
{
	recoat_tasks_visit(visit, NULL);
}
