/* SPDX-License-Identifier: Apache-2.0 */
/* Progress of long work, on a terminal. */
#include "analyzer/progress.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/format.h"

#define INTERVAL_NS 200000000u
#define PATIENCE_NS 500000000u

static bool shown;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void recoat_progress_show(uint64_t done, uint64_t total)
{
	static uint64_t start, next;
	static int terminal = -1;
	uint64_t time = now();

	if (terminal < 0) {
		terminal = isatty(STDERR_FILENO);
		start = time;
		next = time + PATIENCE_NS;
	}
	if (!terminal || time < next || !done)
		return;
	next = time + INTERVAL_NS;
	shown = true;
	/* What a program that still runs has added meanwhile is not in the total. */
	if (done > total)
		done = total;
	fprintf(stderr, "\rreading %s of %s (%s), %.0f s left   ",
		recoat_format_bytes((int64_t)done).text, recoat_format_bytes((int64_t)total).text,
		recoat_format_share((double)done, (double)total).text,
		ceil((double)(time - start) * 1e-9 * (double)(total - done) / (double)done));
}

void recoat_progress_end(void)
{
	if (shown)
		fprintf(stderr, "\r%70s\r", "");
	shown = false;
}
