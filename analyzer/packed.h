/* SPDX-License-Identifier: Apache-2.0 */
/* Packed recordings: the names of their frames, so that programs' files are not needed. */
#ifndef RECOAT_PACKED_H
#define RECOAT_PACKED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct recoat_calls;
struct recoat_error;
struct recoat_model;
struct recoat_symbols;

/* The file in a recording's directory; its form is in docs/recording-format.md. */
#define RECOAT_PACKED_NAME "symbols"

/* What a packed recording knows of each frame, by number; starts with all zero. */
struct recoat_packed {
	struct recoat_calls *at; /* Without calls where nothing is known. */
	size_t count;
};

void recoat_packed_fini(struct recoat_packed *packed);

/* Write the names of all frames of the model. */
void recoat_packed_write(struct recoat_model *model, struct recoat_symbols *symbols, FILE *file);

/*
 * Read the names that the recording in `directory` was packed with into the model, if it was.
 * 0, or -errno with `error` that names the file, the line, what was found and what was expected.
 */
int recoat_packed_load(struct recoat_model *model, const char *directory,
		       struct recoat_error *error);

/*
 * If `path` is a file, an archive that tar reads: unpack it into a new directory. `*directory`
 * becomes that of the recording in it, for the caller to give to recoat_packed_remove(); NULL if
 * `path` is none. 0, or -errno with `error` filled.
 */
int recoat_packed_extract(const char *path, char **directory, struct recoat_error *error);
void recoat_packed_remove(char *directory);

/* Run tar with these arguments, NULL at the end. 0, or -errno with `error` filled. */
int recoat_packed_tar(char *const *arguments, struct recoat_error *error);

/* Remove a directory with all that is in it. */
void recoat_packed_clear(const char *directory);

#endif
