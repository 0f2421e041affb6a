/* SPDX-License-Identifier: Apache-2.0 */
/* A heap that records one busy thread into a scratch directory. */
#ifndef HEAP_SCRATCH_H
#define HEAP_SCRATCH_H

#include "tests/unit/cmocka_all.h"

#include "preload/clock.h"
#include "preload/heap.h"
#include "preload/recording.h"
#include "preload/stream.h"
#include "preload/thread.h"
#include "tests/unit/scratch.h"

static char directory[64];
static struct recoat_thread *thread;

static inline int heap_scratch_begin(enum recoat_heap_level level)
{
	const struct recoat_heap_setting setting = {.level = level};

	scratch_make(directory);
	strcpy(recoat_stream_directory, directory);
	recoat_clock_init();
	recoat_thread_reset();
	recoat_heap_reset();
	assert_true(recoat_heap_init(&setting));
	recoat_thread_init();
	recoat_thread_allow(true);
	thread = recoat_thread_enter();
	assert_non_null(thread);
	return 0;
}

static inline int heap_scratch_end(void **state)
{
	(void)state;
	recoat_thread_leave(thread);
	recoat_stream_unshare_all();
	scratch_remove(directory);
	return 0;
}

#endif
