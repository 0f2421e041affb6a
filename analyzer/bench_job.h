/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a benchmark: its inputs, its recording, and what that says. */
#ifndef RECOAT_BENCH_JOB_H
#define RECOAT_BENCH_JOB_H

#include <stdbool.h>
#include <stddef.h>

struct recoat_bench;
struct recoat_bench_cell;
struct recoat_error;

#define RECOAT_BENCH_LONGEST 2 /* A run may take so many time budgets. */

struct recoat_bench_job {
	struct recoat_bench *bench;
	char *recoat, *amqadf;             /* Programs. */
	char *directory, *recording, *log; /* Scratch. */
};

/* Find the programs, and make a directory for scratch. 0, or -errno with `error` filled. */
int recoat_bench_job_create(struct recoat_bench_job *job, struct recoat_bench *bench,
			    struct recoat_error *error);

/* Remove the scratch, too. */
void recoat_bench_job_destroy(struct recoat_bench_job *job);

/* Make the inputs of a kernel at a size, indexes of the bench; those before are replaced. */
int recoat_bench_job_prepare(struct recoat_bench_job *job, size_t kernel, size_t size,
			     struct recoat_error *error);

/*
 * Record one run of a cell and, to `keep`, add what it tells as a sample. Errors are those of
 * recoat_bench_child_run(), of reading the recording, and -EINVAL if the kernel was not called.
 */
int recoat_bench_job_run(struct recoat_bench_job *job, struct recoat_bench_cell *cell, bool keep,
			 struct recoat_error *error);

#endif
