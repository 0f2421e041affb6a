/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of this process, as /proc/self/task tells them. */
#ifndef RECOAT_CODE_TASK_H
#define RECOAT_CODE_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The system call that a thread waits in; number is -1 if it runs or waits for a page. */
struct recoat_task_call {
	int64_t number;
	uint64_t sp;
	uint64_t pc; /* Behind its instruction. */
};

struct recoat_task {
	bool ended;               /* A main thread that has ended before the others stays listed. */
	uint64_t blocked_signals; /* Bit n - 1 for signal n. */
	struct recoat_task_call call;
};

/*
 * Call `visit` for each thread until it returns false. Returns whether it never did and the list
 * could be read. Takes no lock and allocates nothing; changes errno.
 */
bool recoat_tasks_visit(bool (*visit)(pid_t tid, void *data), void *data);

/* Is the calling thread the only one, for certain? */
bool recoat_tasks_alone(void);

/* False if there is no such thread any more. One caller at a time. */
bool recoat_task_read(pid_t tid, struct recoat_task *task);

/* The thread's name. False if there is no such thread any more; changes errno. */
#define RECOAT_TASK_NAME 16
bool recoat_task_name(pid_t tid, char name[RECOAT_TASK_NAME]);

#endif
