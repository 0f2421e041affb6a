/* SPDX-License-Identifier: Apache-2.0 */
/* Catching any function, by a jump over its first bytes. */
#ifndef RECOAT_INLINE_HOOK_H
#define RECOAT_INLINE_HOOK_H

/*
 *   function:  (endbr64)                     cell:  jmp *pointer   -> replacement
 *              jmp cell                             pointer
 *   rest:      the rest of it                       its first instructions   <- original
 *                                                   jmp rest
 *
 * A hook that cannot be shown to be safe is refused with a static string that says why, and nothing
 * is changed then. All three functions: one thread at a time (they take a lock), not in signal
 * handlers, with no lock of the runtime held; the loader's may be. The module must stay mapped.
 * They do not call the loader, and keep errno.
 */

#include <stdbool.h>
#include <stdint.h>

#include "preload/code_move.h"

struct recoat_inline_hook {
	uint64_t function;
	uint64_t original; /* What to call for the function as it was. */

	/* Private. */
	uint64_t patch;
	uint64_t cell;
	uint8_t saved[RECOAT_JUMP_BYTES];
	bool one_instruction; /* No thread can stand between the bytes to be overwritten. */
	bool enabled;
};

struct recoat_module;

/* Open what the others need, where the loader may be called: in the constructor. */
void recoat_inline_init(void);

/*
 * Tell unwinders among the loaded modules, which these are, of all hooks. Before the first hook,
 * and whenever modules have come or gone. The unwinders may call malloc: the thread is busy.
 */
void recoat_inline_modules(const struct recoat_module *modules, uint32_t count);

/*
 * To prepare several functions of a module is faster than as many of different ones, because what
 * was found in its code is remembered. Give that memory back, and see what has changed since.
 */
void recoat_inline_rest(void);

/*
 * Decode the function at `function` and build what `original` points to. `size`: its bytes, from
 * its symbol; 0 if unknown: then call frame information is asked, and without that, only functions
 * that begin with an instruction as long as a jump can be shown to be safe. Nothing of the target
 * is changed, apart from mapping memory.
 */
const char *recoat_inline_prepare(struct recoat_inline_hook *hook, uint64_t function,
				  uint64_t size);

/* From now on calls of the function go to `replacement`, wherever that is. */
const char *recoat_inline_enable(struct recoat_inline_hook *hook, uint64_t replacement);

/*
 * Put the function's bytes back. Threads may still be on their way to the replacement, and in
 * `original`, which stays for ever; the hook may be enabled again.
 */
const char *recoat_inline_disable(struct recoat_inline_hook *hook);

#endif
