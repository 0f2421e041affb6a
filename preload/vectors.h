/* SPDX-License-Identifier: Apache-2.0 */
/* Vector registers beyond xmm0 to xmm15, kept for the target around code that may change them. */
#ifndef RECOAT_VECTORS_H
#define RECOAT_VECTORS_H

/*
 * Between the thunk and the function that it calls, the upper parts of ymm0 to ymm15 and zmm0 to
 * zmm15 may hold arguments or a result, and the rest what the caller relies on. Saving all of
 * them takes longer than the rest of a span, and so does asking the processor whether they are
 * in use. But nothing that happens in a usual span touches them: our code is compiled for
 * processors without AVX. Only libc's memcpy and its like do. So they are saved when, and only
 * if, a span comes to a place that may call such a function:
 *
 *   recoat_vectors_begin(&area)   the thread is in a hook; `area` is the thread's own
 *   recoat_vectors_save()         at the places: saves, once
 *   recoat_vectors_end()          puts back what was saved
 *
 * Outside of the two, recoat_vectors_save() does nothing: functions like malloc may change all of
 * these registers. Whoever adds a call of a libc function to a path of spans saves before;
 * tests/run/registers.sh finds those that do not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As XSAVE lays out AVX and AVX-512, which end at byte 2688. */
struct recoat_vectors {
	_Alignas(64) unsigned char image[2688];
	bool saved;
};

/* Where the thread's are to be saved; NULL outside of hooks. */
extern __thread struct recoat_vectors *recoat_vectors_area __attribute__((tls_model("initial-exec")));

/* Find out which there are. At start. */
void recoat_vectors_init(void);

void recoat_vectors_save_now(struct recoat_vectors *area);
void recoat_vectors_restore(struct recoat_vectors *area);

static inline void recoat_vectors_begin(struct recoat_vectors *area)
{
	area->saved = false; /* A hook that was left by a jump has not put back. */
	recoat_vectors_area = area;
}

static inline void recoat_vectors_save(void)
{
	struct recoat_vectors *area = recoat_vectors_area;

	if (__builtin_expect(area != NULL, 0) && !area->saved)
		recoat_vectors_save_now(area);
}

static inline void recoat_vectors_end(struct recoat_vectors *area)
{
	recoat_vectors_area = NULL;
	if (__builtin_expect(area->saved, 0))
		recoat_vectors_restore(area);
}

#endif
