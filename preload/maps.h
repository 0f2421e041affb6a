/* SPDX-License-Identifier: Apache-2.0 */
/* The mappings of this process, as /proc/self/maps tells them. */
#ifndef RECOAT_MAPS_H
#define RECOAT_MAPS_H

#include <stdbool.h>
#include <stdint.h>

struct recoat_mapping {
	uint64_t start;
	uint64_t end;
	int protection; /* PROT_* */
	bool shared;    /* A store would be seen by others. */
	bool of_file;
	const char *name; /* A path, "[stack]" and the like, or empty; may be cut short. */
};

/*
 * Call `visit` for each mapping in the order of addresses, until it returns true. False if the
 * list could not be read. What changes meanwhile may or may not be seen. A kilobyte and a half
 * of stack; no allocation, no cancellation point; keeps errno; async-signal-safe.
 */
bool recoat_maps_visit(bool (*visit)(const struct recoat_mapping *mapping, void *data), void *data);

/*
 * The adjacent mappings of one protection around `address`, as one: a module's text is still one
 * when pages of it have been replaced. `name` is NULL; `of_file` says whether a file is behind
 * any part. False if nothing is mapped there.
 */
bool recoat_maps_find(uint64_t address, struct recoat_mapping *found);

#endif
