/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of a run that its recording tells apart: those of spans and of heap traces. */
#ifndef RECOAT_THREADS_H
#define RECOAT_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

/* A number that the system used again is one thread, by its latest name. */
struct recoat_thread {
	uint32_t tid;
	const char *name; /* Empty: it had none of its own. */
};

/* Start with all zero. */
struct recoat_threads {
	struct recoat_thread *at; /* In order of their coming. */
	size_t count, room;
	struct recoat_map index; /* By number. */
};

void recoat_threads_fini(struct recoat_threads *threads);

/* There is such a thread; returns it, valid until the next call. */
struct recoat_thread *recoat_threads_see(struct recoat_threads *threads, uint32_t tid);

/* The thread of this number, NULL if there is none. */
const struct recoat_thread *recoat_threads_find(const struct recoat_threads *threads, uint32_t tid);

#endif
