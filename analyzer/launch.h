/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command as if we were not there, and ending as it did. */
#ifndef RECOAT_LAUNCH_H
#define RECOAT_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct recoat_error;

struct recoat_launch {
	const char *file; /* Resolved program. */
	char *const *argv;
	/*
	 * Called in the child before the program is started: make what needs its process id
	 * and return its environment; or NULL with `error` filled, and it is not started.
	 */
	char **(*prepare)(void *user, struct recoat_error *error);
	void *user;
};

/*
 * Run the command in this process group, with this process's files, signal mask and
 * dispositions, and wait. Meanwhile SIGINT and SIGQUIT, which the terminal sends to both,
 * are left to the command; SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGCONT are passed on; and
 * if it stops itself at the terminal's wish, so do we. 0 with the child's `pid` and wait
 * `status`; or -errno with `error` filled if it was not started.
 */
int recoat_launch(const struct recoat_launch *launch, pid_t *pid, int *status,
		  struct recoat_error *error);

/*
 * End this process the way `status` of wait() says: its exit status is returned for the
 * caller to exit with; for a signal this process dies of it, without a core of its own.
 */
int recoat_launch_exit(int status);

#endif
