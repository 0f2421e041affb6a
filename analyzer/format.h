/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them. */
#ifndef RECOAT_FORMAT_H
#define RECOAT_FORMAT_H

#include <stdint.h>

/* A formatted number; returned by value so that several fit into one call. */
struct recoat_number {
	char text[32];
};

struct recoat_number recoat_format_bytes(int64_t bytes);             /* 1.50 MiB */
struct recoat_number recoat_format_time(uint64_t nanoseconds);       /* 12.3 ms */
struct recoat_number recoat_format_count(uint64_t count);            /* 1,234,567 */
struct recoat_number recoat_format_short(double count);              /* 1.23M */
struct recoat_number recoat_format_share(double part, double whole); /* 12.3%, or - of 0 */

/*
 * Replace control characters, which could drive a terminal, by '?' in place: texts of a
 * recording come from a program that is not trusted. Returns `text`.
 */
char *recoat_format_clean(char *text);

#endif
