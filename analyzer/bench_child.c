/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes of a benchmark. */
#include "analyzer/bench_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/format.h"

#define GRACE 2 /* Seconds from SIGTERM to SIGKILL. */

sigset_t recoat_bench_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

static void start(char *const *words, const char *log, const sigset_t *set)
{
	int null = open("/dev/null", O_RDWR);
	int file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	if (null >= 0 && file >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(file, STDERR_FILENO);
		sigprocmask(SIG_UNBLOCK, set, NULL);
		execvp(words[0], words);
		dprintf(STDERR_FILENO, "%s: %s\n", words[0], strerror(errno));
	}
	_exit(127);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static struct timespec left_until(double end)
{
	double left = end - now();

	if (left < 0)
		left = 0;
	return (struct timespec){(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
}

/* Wait for the child; why it was ended early, or 0. */
static int wait_for(pid_t pid, double limit, const sigset_t *set, int *status)
{
	double end = limit > 0 ? now() + limit : now() + 1e9;
	int reason = 0;

	while (!waitpid(pid, status, WNOHANG)) {
		struct timespec left = left_until(end);
		int signal = sigtimedwait(set, NULL, &left);

		if (signal == SIGCHLD || (signal < 0 && errno == EINTR))
			continue;
		if (signal < 0 && reason) {
			kill(pid, SIGKILL);
			end = now() + 1e9;
			continue;
		}
		reason = signal < 0 ? -ETIMEDOUT : -EINTR;
		end = now() + GRACE;
		kill(pid, SIGTERM);
	}
	return reason;
}

/* The last line in a file, without its newline, but the one that tells where a recording is. */
static void read_last_line(const char *path, char *line, size_t room)
{
	static const char place[] = "recoat: recording in ";
	FILE *file = fopen(path, "r");
	char next[512];

	*line = 0;
	while (file && fgets(next, sizeof(next), file)) {
		next[strcspn(next, "\n")] = 0;
		if (strncmp(next, place, sizeof(place) - 1) != 0)
			snprintf(line, room, "%s", next);
	}
	if (file)
		fclose(file);
	recoat_format_clean(line);
}

/* The program that is recorded, or else this one. */
static const char *program_of(char *const *words)
{
	for (char *const *word = words; *word; word++)
		if (!strcmp(*word, "--") && word[1])
			return word[1];
	return words[0];
}

static int judge(char *const *words, int status, const char *log, struct recoat_error *error)
{
	char line[512];

	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	read_last_line(log, line, sizeof(line));
	/* What `recoat record` itself has to say needs no more words. */
	if (!strncmp(line, "recoat: ", 8))
		return recoat_error_set(error, -EINVAL, "%s", line + 8);
	if (WIFSIGNALED(status))
		return recoat_error_set(error, -EINVAL, "%s: ended by signal %d%s%s",
					program_of(words), WTERMSIG(status), *line ? ": " : "",
					line);
	return recoat_error_set(error, -EINVAL, "%s: exit status %d, expected 0%s%s",
				program_of(words), WEXITSTATUS(status), *line ? ": " : "", line);
}

int recoat_bench_child_run(char *const *words, const char *log, double limit,
			   struct recoat_error *error)
{
	int status = 0, reason;
	sigset_t set = recoat_bench_signals(), mask;
	pid_t pid;

	sigprocmask(SIG_BLOCK, &set, &mask);
	pid = fork();
	if (!pid)
		start(words, log, &set);
	reason = pid < 0 ? -errno : wait_for(pid, limit, &set, &status);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (pid < 0)
		return recoat_error_set(error, reason, "fork: %s", strerror(-reason));
	if (reason)
		return recoat_error_set(error, reason, "%s: %s", program_of(words),
					reason == -EINTR ? "interrupted" : "took too long");
	return judge(words, status, log, error);
}
