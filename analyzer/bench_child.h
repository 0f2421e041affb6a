/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes of a benchmark: quiet, and with a time limit. */
#ifndef RECOAT_BENCH_CHILD_H
#define RECOAT_BENCH_CHILD_H

#include <signal.h>

struct recoat_error;

/*
 * The signals that are waited for while a child runs, SIGCHLD, SIGINT and SIGTERM. Who blocks them
 * all the time misses none that comes between two children.
 */
sigset_t recoat_bench_signals(void);

/*
 * Run a command, its input and standard output /dev/null, its errors in the file `log`. After
 * `limit` seconds (0: none) it is sent SIGTERM, and two seconds later SIGKILL. 0; -ETIMEDOUT then;
 * -EINTR if this process was sent SIGINT or SIGTERM, which is passed on; or -EINVAL if the
 * command failed. `error` says which, with the last line of its errors.
 */
int recoat_bench_child_run(char *const *words, const char *log, double limit,
			   struct recoat_error *error);

#endif
