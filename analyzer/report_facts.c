/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a report that say one thing each, and words for them. */
#include "analyzer/report_facts.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report.h"
#include "analyzer/table.h"

char *recoat_report_command(const struct recoat_process *process)
{
	char *line = recoat_strdup(process->arguments ? "" : process->program);

	for (size_t i = 0; i < process->arguments; i++) {
		const char *argument = process->argument[i];
		bool quote = !*argument || strpbrk(argument, " \t\n'\"\\$*;&|<>()");
		char *longer = recoat_asprintf("%s%s%s%s%s", line, i ? " " : "", quote ? "'" : "",
					       argument, quote ? "'" : "");

		free(line);
		line = longer;
	}
	return recoat_format_clean(line);
}

void recoat_report_fact(const struct recoat_report *report, FILE *file, const char *name,
			const char *text)
{
	fprintf(file, "%-12s", name);
	recoat_text_print(file, text, report->width > 24 ? report->width - 12 : (size_t)-1);
	putc('\n', file);
}

void recoat_report_own(const struct recoat_report *report, FILE *file, const char *name, char *text)
{
	recoat_report_fact(report, file, name, recoat_format_clean(text));
	free(text);
}

const char *recoat_report_ending(const struct recoat_process *process)
{
	return process->ended ? "cleanly" : process->exec_seen ? "in exec" : "cut off";
}

const char *recoat_report_estimated(const struct recoat_report *report)
{
	return recoat_model_heap_period(report->model) ? ", estimated from samples" : "";
}
