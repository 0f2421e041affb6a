/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks laid out word by word, so that a cache which checks too little must be wrong. */
#ifndef UNWIND_FRAMES_H
#define UNWIND_FRAMES_H

/*
 * Each function calls `visit` twice as often as it is called with both values of `second`: at
 * the same sp, through the same return addresses as far as they are looked at in the first
 * layout, but from another call site. In the second layout a word of the first is faked where
 * the first had its return address.
 */

#include <stdint.h>

/* The frames differ in the rbp that the innermost saved, and in what hangs from it. */
void frames_saved_bp(void (*visit)(void), int second);
extern const char frames_site_one[], frames_site_two[];

/* The frames differ in the size of the frame of `entry`, unwind_library_entry of a library. */
void frames_library(void (*entry)(void (*)(void), const void *), void (*visit)(void), int second);
extern const char frames_library_one[], frames_library_two[];

#endif
