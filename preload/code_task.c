/* SPDX-License-Identifier: Apache-2.0 */
/* Reading /proc/self/task. */
#include "preload/code_task.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/os.h"

#define CALL_FIELDS 9 /* The number, six arguments, sp and pc, in hexadecimal. */

static bool visit_entries(const char *entries, long bytes, bool (*visit)(pid_t, void *), void *data)
{
	for (long at = 0; at < bytes;) {
		const struct dirent64 *entry = (const void *)(entries + at);
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && !visit(tid, data))
			return false;
		at += entry->d_reclen;
	}
	return true;
}

bool recoat_tasks_visit(bool (*visit)(pid_t tid, void *data), void *data)
{
	_Alignas(struct dirent64) char entries[1024];
	int directory = recoat_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0);
	bool going = directory >= 0;
	long bytes = 0;

	while (going && (bytes = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0)
		going = visit_entries(entries, bytes, visit, data);
	if (directory >= 0)
		recoat_close(directory);
	return going && bytes == 0;
}

static bool is_caller(pid_t tid, void *caller)
{
	return tid == *(pid_t *)caller;
}

bool recoat_tasks_alone(void)
{
	pid_t caller = (pid_t)syscall(SYS_gettid);

	return recoat_tasks_visit(is_caller, &caller);
}

/* A file of the thread's, as far as it fits; NULL if it cannot be read. */
static const char *read_file(pid_t tid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t got = -1;
	int file;

	snprintf(path, sizeof path, "/proc/self/task/%d/%s", (int)tid, name);
	file = recoat_open(path, O_RDONLY, 0);
	if (file >= 0) {
		got = recoat_read(file, text, size - 1);
		recoat_close(file);
	}
	if (got <= 0)
		return NULL;
	text[got] = '\0';
	return text;
}

static uint64_t field_of(const char *status, const char *name, int base)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

/* "running", "-1 sp pc" or all fields. */
static struct recoat_task_call parse_call(const char *text)
{
	struct recoat_task_call call = {.number = -1};
	uint64_t field[CALL_FIELDS];
	char *end = NULL;

	if (!text || *text < '0' || *text > '9')
		return call;
	for (int i = 0; i < CALL_FIELDS; i++, text = end)
		field[i] = strtoull(text, &end, 0);
	return (struct recoat_task_call){
		.number = (int64_t)field[0],
		.sp = field[CALL_FIELDS - 2],
		.pc = field[CALL_FIELDS - 1],
	};
}

bool recoat_task_read(pid_t tid, struct recoat_task *task)
{
	static char text[4096]; /* Not on the stack, of which a thread may have little. */
	const char *state;

	if (!read_file(tid, "status", text, sizeof text))
		return false;
	state = strstr(text, "\nState:\t");
	task->ended = state && strchr("ZX", state[strlen("\nState:\t")]);
	task->blocked_signals = field_of(text, "\nSigBlk:\t", 16);
	task->call = parse_call(read_file(tid, "syscall", text, sizeof text));
	return true;
}

bool recoat_task_name(pid_t tid, char name[RECOAT_TASK_NAME])
{
	char text[RECOAT_TASK_NAME + 1]; /* With a newline behind it. */

	if (!read_file(tid, "comm", text, sizeof text))
		return false;
	text[strcspn(text, "\n")] = '\0';
	memcpy(name, text, RECOAT_TASK_NAME);
	return true;
}
