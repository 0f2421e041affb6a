/* SPDX-License-Identifier: Apache-2.0 */
/* What a benchmark is to run. */
#ifndef RECOAT_BENCH_CONFIG_H
#define RECOAT_BENCH_CONFIG_H

#include <stddef.h>
#include <stdint.h>

struct json_t;
struct recoat_error;

/* Owned strings. Lists may be empty: no sizes is one run without a size. */
struct recoat_bench_config {
	char **kernel;
	size_t kernels, kernel_room;
	char *command;  /* With {size} in it perhaps; NULL: amqadf. */
	uint64_t *size; /* Ascending, each once. */
	size_t sizes, size_room;
	char **chain; /* Plugins joined by '+', or "none". */
	size_t chains, chain_room;
	uint64_t *threads;
	size_t thread_counts, thread_room;
	uint64_t iterations, warm_up;
	double budget; /* Seconds a cell; 0: none. */
	char *grid;    /* Of mappings, as amqadf takes it. */
	char *heap;    /* Level of heap recording. */
};

void recoat_bench_config_init(struct recoat_bench_config *config);
void recoat_bench_config_fini(struct recoat_bench_config *config);

/*
 * Take an option's value; lists are replaced as a whole. 0, or -EINVAL with `error` filled:
 * "found ..., expected ...".
 */
int recoat_bench_take_sizes(struct recoat_bench_config *config, const char *text,
			    struct recoat_error *error);
int recoat_bench_take_chains(struct recoat_bench_config *config, const char *text,
			     struct recoat_error *error);
int recoat_bench_take_threads(struct recoat_bench_config *config, const char *text,
			      struct recoat_error *error);
int recoat_bench_take_budget(struct recoat_bench_config *config, const char *text,
			     struct recoat_error *error);
int recoat_bench_take_count(uint64_t *count, const char *text, uint64_t least,
			    struct recoat_error *error);
void recoat_bench_add_kernel(struct recoat_bench_config *config, const char *name);
void recoat_bench_set_text(char **to, const char *text);

/* As a JSON object, and back; members that are missing stay as they are. */
struct json_t *recoat_bench_config_json(const struct recoat_bench_config *config);
int recoat_bench_config_take_json(struct recoat_bench_config *config, const struct json_t *from,
				  struct recoat_error *error);

/* The JSON document in a file, for json_decref(). 0, or -EINVAL with `error` filled. */
int recoat_bench_read_json(const char *path, struct json_t **document, struct recoat_error *error);

/* Take a configuration from a file: its object, or the member "config" of saved results. */
int recoat_bench_config_read(struct recoat_bench_config *config, const char *path,
			     struct recoat_error *error);

/* Is there something to run, and does it go together? 0, or -EINVAL with `error` filled. */
int recoat_bench_config_check(const struct recoat_bench_config *config, struct recoat_error *error);

#endif
