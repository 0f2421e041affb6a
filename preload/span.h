/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: what happens between the thunk and the function that it calls. */
#ifndef RECOAT_SPAN_H
#define RECOAT_SPAN_H

#include <stdint.h>

#include "preload/call_path.h"

/* What the thunk saved of a call. The layout is known to arch/. */
struct recoat_call {
	uint64_t arguments[6]; /* rdi rsi rdx rcx r8 r9 */
	struct recoat_caller caller;
};

/* Called by the thunk: begin a span of link `index`; returns the function to call. */
uint64_t recoat_span_begin(uint32_t index, const struct recoat_call *call);

/* Called by the thunk when that function has returned. */
void recoat_span_end(uint32_t index, const struct recoat_call *call);

#endif
