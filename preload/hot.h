/* SPDX-License-Identifier: Apache-2.0 */
/* What lies on the path of every malloc and free, and what must not weigh on it. */
#ifndef RECOAT_HOT_H
#define RECOAT_HOT_H

/* Inlined, whatever the compiler thinks of its size. */
#define RECOAT_FAST inline __attribute__((always_inline))

/* Called rarely: inlined, it would make the fast path save registers for nothing. */
#define RECOAT_SLOW __attribute__((noinline, cold))

/* On the declaration of a variable: reached directly, not through the global offset table. */
#define RECOAT_HIDDEN __attribute__((visibility("hidden")))

#endif
