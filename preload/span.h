/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: what happens between the thunk and the function that it calls. */
#ifndef RECOAT_SPAN_H
#define RECOAT_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/call_path.h"
#include "preload/settings.h"

/* What the thunk saved of a call. The layout is known to arch/. */
struct recoat_call {
	uint64_t arguments[6]; /* rdi rsi rdx rcx r8 r9 */
	struct recoat_caller caller;
};

/* What the thunk is to call. In two registers, which arch/ knows. */
struct recoat_callee {
	uint64_t target;
	uint64_t stack_pairs; /* 16 bytes each, to be passed on. */
};

/* RECOAT_SPANS=off: stubs lead straight on. Set before the first link is made; arch/ reads it. */
extern bool recoat_spans_off;

/* How spans are recorded. At start, before links are made. */
void recoat_spans_init(enum recoat_spans_setting setting);

/* Called by the thunk: begin a span of link `index`. */
struct recoat_callee recoat_span_begin(uint32_t index, const struct recoat_call *call);

/* Called by the thunk when that function has returned. */
void recoat_span_end(uint32_t index, const struct recoat_call *call);

#endif
