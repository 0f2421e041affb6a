/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of `recoat export`. */
#ifndef RECOAT_EXPORT_H
#define RECOAT_EXPORT_H

#include <stdint.h>
#include <stdio.h>

struct recoat_error;
struct recoat_model;
struct recoat_process;
struct recoat_profile;
struct recoat_symbols;

/* What is exported. Formats of call paths look at the profile, those of events at the model. */
struct recoat_export {
	const struct recoat_profile *profile; /* NULL for formats without values. */
	struct recoat_model *model;
	struct recoat_symbols *symbols;
	const struct recoat_process *process; /* The one that was asked for, or all: NULL. */
	uint64_t left_out; /* Figures below 0 where the format knows none. */
};

/* Each writes to `file`. 0, or -errno with `error` filled. */
typedef int recoat_exporter(struct recoat_export *from, FILE *file, struct recoat_error *error);

recoat_exporter recoat_export_folded;
recoat_exporter recoat_export_csv;
recoat_exporter recoat_export_json;
recoat_exporter recoat_export_flamegraph;
recoat_exporter recoat_export_speedscope;
recoat_exporter recoat_export_pprof;
recoat_exporter recoat_export_callgrind;
recoat_exporter recoat_export_chrome;
recoat_exporter recoat_export_massif;

#endif
