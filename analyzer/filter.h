/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a recording is looked at: some of its threads, some of its time. */
#ifndef RECOAT_FILTER_H
#define RECOAT_FILTER_H

/*
 * What happened in a part can be told of events that carry a time and a thread: spans, and the
 * allocations of a heap trace. A span counts where it ended, a block where it was allocated; it is
 * then followed to its free or to the end of the part. Counters that the runtime summed up over the
 * run have neither, and are left out: see struct recoat_left_out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_error;
struct recoat_model;

/* A moment of the run. */
struct recoat_moment {
	const char *text; /* As it was given; NULL: it was not. */
	int64_t ns;       /* From the first event on; below 0: before the last. */
};

/* Start with all zero. Texts are borrowed. */
struct recoat_filter {
	const char **thread; /* Numbers or names. */
	size_t threads, thread_room;
	struct recoat_moment since, until;

	/* The following is found out by recoat_filter_find(). */
	uint32_t *tid;
	size_t tids, tid_room;
	int64_t begin, end; /* What is at or after `begin` and before `end`, since the epoch. */
	uint64_t from, to;  /* The same since the first event. */
};

void recoat_filter_fini(struct recoat_filter *filter);

/* Does it leave anything out? */
bool recoat_filter_is_set(const struct recoat_filter *filter);

void recoat_filter_add_thread(struct recoat_filter *filter, const char *thread);

/*
 * "1.5s", "200ms", "30us", "5ns", "2min", or seconds without a unit; with a minus, before the end.
 * False if it is none of these.
 */
bool recoat_moment_parse(const char *text, struct recoat_moment *moment);

/*
 * Find the threads and moments in a model of all of the recording. 0, or -errno with `error`: no
 * such thread, which lists those there are; a moment beyond the run; no time between the two.
 */
int recoat_filter_find(struct recoat_filter *filter, const struct recoat_model *whole,
		       struct recoat_error *error);

bool recoat_filter_has_thread(const struct recoat_filter *filter, uint32_t tid);

static inline bool recoat_filter_has_time(const struct recoat_filter *filter, int64_t time)
{
	return time >= filter->begin && time < filter->end;
}

/* The part in words, for the caller to free. */
char *recoat_filter_text(const struct recoat_filter *filter, const struct recoat_model *model);

#endif
