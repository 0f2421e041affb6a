/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison keeps of a recording. */
#ifndef RECOAT_DIGEST_H
#define RECOAT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_error;
struct recoat_model;
struct recoat_digest_row;

enum recoat_digest_kind {
	RECOAT_DIGEST_PROGRAM,
	RECOAT_DIGEST_OPERATION, /* All kernels of an operation. */
	RECOAT_DIGEST_KERNEL,    /* All implementations of a kernel: a chain counts once. */
};

enum recoat_metric {
	RECOAT_METRIC_TIME, /* Wall nanoseconds. */
	RECOAT_METRIC_CPU,  /* CPU nanoseconds: of all processes; of the threads that called. */
	RECOAT_METRIC_PEAK, /* Heap bytes: of the largest process; of the largest call. */
	RECOAT_METRIC_ALLOCATIONS,
	RECOAT_METRIC_BYTES,
	RECOAT_METRICS,
};

extern const char *const recoat_metric_names[RECOAT_METRICS];

/* At most so many calls of a kernel are kept, each with the same chance. */
#define RECOAT_DIGEST_CALLS 2000

/*
 * Calls inside others of the same kernel or operation are not counted again. Values are not a
 * number where they were not recorded: CPU time that was not read for all calls, or of a process
 * that was killed; the peak of spans of a heap trace; all memory with the heap off.
 */
struct recoat_digest_row {
	enum recoat_digest_kind kind;
	char *name;
	char *operation; /* Of a kernel, else "". */
	char *served;    /* Implementations that were called, "a+b" in order of their names. */
	uint64_t calls;  /* 1 for the program. */
	double value[RECOAT_METRICS];
	double size;  /* Problem size, the mean of the calls of which it is known, 0 if of none. */
	double *call; /* Time of single calls of a kernel, nanoseconds, in no special order. */
	size_t sampled;
};

struct recoat_digest {
	char *path;
	struct recoat_digest_row *row; /* The program first, then operations, then kernels. */
	size_t rows, room;
};

/* Destroy after use. */
void recoat_digest_create(struct recoat_digest *digest, const char *path,
			  const struct recoat_model *model);
void recoat_digest_destroy(struct recoat_digest *digest);

/* Read the times of single calls, too. 0, or -errno with `error` filled. */
int recoat_digest_read_calls(struct recoat_digest *digest, struct recoat_error *error);

/* A row by its name, NULL if there is none. */
const struct recoat_digest_row *recoat_digest_find(const struct recoat_digest *digest,
						   enum recoat_digest_kind kind, const char *name);

#endif
