/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command as if we were not there. */
#include "analyzer/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

/* Signals that are waited for instead of being handled; all but two go to the command. */
static const int waited[] = {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};

#define WAITED (sizeof(waited) / sizeof(*waited))

/* What this process had before, which the command is to find. */
struct before {
	sigset_t mask;
	struct sigaction child;
};

/*
 * Block what is waited for, so that nothing is missed between fork() and waiting. With
 * SIGCHLD ignored, as a parent may have left it, the command's status would be lost.
 */
static void enter(struct before *before, sigset_t *set)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	sigemptyset(set);
	for (size_t i = 0; i < WAITED; i++)
		sigaddset(set, waited[i]);
	sigprocmask(SIG_BLOCK, set, &before->mask);
	sigaction(SIGCHLD, &standard, &before->child);
}

static void leave(const struct before *before)
{
	sigaction(SIGCHLD, &before->child, NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* A file that is neither ELF nor script is for the shell, as execvp() has it. */
static void start(const struct recoat_launch *launch, char **environment)
{
	char *const *argv = launch->argv;
	size_t count = 0;
	char **shell;

	execve(launch->file, argv, environment);
	if (errno != ENOEXEC)
		return;
	while (argv[count])
		count++;
	shell = recoat_calloc(count + 2, sizeof(*shell));
	shell[0] = recoat_strdup("/bin/sh");
	shell[1] = recoat_strdup(launch->file);
	for (size_t i = 1; i < count; i++)
		shell[i + 1] = argv[i];
	execve(shell[0], shell, environment);
}

/* In the child; what goes wrong is written into the pipe, which a successful start closes. */
static void run_child(const struct recoat_launch *launch, const struct before *before, int pipe)
{
	struct recoat_error error;
	char **environment = launch->prepare(launch->user, &error);

	if (environment) {
		leave(before);
		start(launch, environment);
		recoat_error_set(&error, -errno, "%s: cannot be started: %s", launch->file,
				 strerror(errno));
	}
	while (write(pipe, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* Has the child said why it could not start? Returns at the latest when it has started. */
static bool has_failed(int pipe, struct recoat_error *error)
{
	ssize_t got;

	do
		got = read(pipe, error, sizeof(*error));
	while (got < 0 && errno == EINTR);
	return got > 0;
}

/*
 * The command stopped. A stop at the terminal's wish is ours too, or the shell would not
 * take over; unless that is over already, which a waiting SIGCONT tells.
 */
static void mirror_stop(int status)
{
	int signal = WSTOPSIG(status);
	sigset_t pending;

	if (signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU)
		return;
	sigpending(&pending);
	if (!sigismember(&pending, SIGCONT))
		raise(SIGSTOP);
}

static int wait_for(pid_t pid, const sigset_t *set)
{
	int status;

	for (;;) {
		pid_t changed = waitpid(pid, &status, WNOHANG | WUNTRACED);
		int signal;

		if (changed == pid && !WIFSTOPPED(status))
			return status;
		if (changed == pid) {
			mirror_stop(status);
			continue;
		}
		signal = sigwaitinfo(set, NULL);
		if (signal > 0 && signal != SIGCHLD && signal != SIGINT && signal != SIGQUIT)
			kill(pid, signal);
	}
}

int recoat_launch(const struct recoat_launch *launch, pid_t *pid, int *status,
		  struct recoat_error *error)
{
	struct before before;
	sigset_t set;
	int ends[2], result = 0;

	if (pipe2(ends, O_CLOEXEC))
		return recoat_error_set(error, -errno, "pipe: %s", strerror(errno));
	enter(&before, &set);
	*pid = fork();
	if (!*pid)
		run_child(launch, &before, ends[1]);
	close(ends[1]);
	if (*pid < 0) {
		result = recoat_error_set(error, -errno, "fork: %s", strerror(errno));
	} else if (has_failed(ends[0], error)) {
		waitpid(*pid, status, 0);
		result = -ENOEXEC;
	} else {
		*status = wait_for(*pid, &set);
	}
	close(ends[0]);
	leave(&before);
	return result;
}

int recoat_launch_exit(int status)
{
	struct rlimit none = {0};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t only;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &none);
	sigaction(WTERMSIG(status), &standard, NULL);
	sigemptyset(&only);
	sigaddset(&only, WTERMSIG(status));
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	return 128 + WTERMSIG(status);
}
