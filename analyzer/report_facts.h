/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a report that say one thing each. Private to the files report_*.c. */
#ifndef RECOAT_REPORT_FACTS_H
#define RECOAT_REPORT_FACTS_H

#include <stdio.h>

struct recoat_report;

/* Print `text` behind `name`, cut at the page's width. */
void recoat_report_fact(const struct recoat_report *report, FILE *file, const char *name,
			const char *text);

/* The same, and free it. */
void recoat_report_own(const struct recoat_report *report, FILE *file, const char *name,
		       char *text);

#endif
