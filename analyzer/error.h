/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as one line of text that each layer may put its own sentence before. */
#ifndef RECOAT_ERROR_H
#define RECOAT_ERROR_H

/*
 * A function of the analyzer that can fail takes a `struct recoat_error *`, fills it and
 * returns -errno. Library code prints nothing and never exits: the command does both. The
 * text has no newline and no program name.
 */
struct recoat_error {
	char text[1024];
};

/* Replace the text; returns `code`, which is -errno, so that callers can `return` it. */
int recoat_error_set(struct recoat_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "CONTEXT: " before the text; returns `code` unchanged. */
int recoat_error_context(struct recoat_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
