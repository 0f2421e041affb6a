/* SPDX-License-Identifier: Apache-2.0 */
/* From one process's events into the model. Private to the model (model.h). */
#ifndef RECOAT_LOAD_H
#define RECOAT_LOAD_H

#include <stdint.h>

#include "analyzer/model.h"

struct recoat_error;
struct recoat_trace;

struct recoat_load_progress {
	recoat_progress *report; /* May be NULL. */
	uint64_t done, total;
};

/* Add a process and everything it recorded. */
int recoat_load_trace(struct recoat_model *model, struct recoat_trace *trace,
		      struct recoat_load_progress *progress, struct recoat_error *error);

#endif
