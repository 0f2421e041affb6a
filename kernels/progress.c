/* SPDX-License-Identifier: Apache-2.0 */
/* Progress of the program `amqadf`: the step under way, on stderr. */
#include "kernels/cli.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
	bool enabled;
	const char *step;
	double begin;
} progress;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void cli_progress_enable(void)
{
	progress.enabled = true;
}

void cli_progress_begin(const char *step)
{
	progress.step = step;
	progress.begin = now();
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s ...", step);
}

/* Asked for, every step stays as a line; otherwise a terminal is left as it was. */
void cli_progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (progress.enabled)
		fprintf(stderr, "%-14s %8.3f s\n", progress.step, now() - progress.begin);
}
