/* SPDX-License-Identifier: Apache-2.0 */
/* Threads by number. */
#include "analyzer/threads.h"

#include <stdlib.h>

#include "analyzer/memory.h"

void recoat_threads_fini(struct recoat_threads *threads)
{
	free(threads->at);
	recoat_map_fini(&threads->index);
}

struct recoat_thread *recoat_threads_see(struct recoat_threads *threads, uint32_t tid)
{
	uint32_t found = recoat_map_get(&threads->index, tid, 0);

	if (found != RECOAT_NONE)
		return &threads->at[found];
	threads->at =
		recoat_grow(threads->at, threads->count, &threads->room, sizeof(*threads->at));
	threads->at[threads->count] = (struct recoat_thread){.tid = tid, .name = ""};
	recoat_map_put(&threads->index, tid, 0, (uint32_t)threads->count);
	return &threads->at[threads->count++];
}

const struct recoat_thread *recoat_threads_find(const struct recoat_threads *threads, uint32_t tid)
{
	uint32_t found = recoat_map_get(&threads->index, tid, 0);

	return found != RECOAT_NONE ? &threads->at[found] : NULL;
}
