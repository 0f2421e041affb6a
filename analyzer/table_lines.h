/* SPDX-License-Identifier: Apache-2.0 */
/* What a table consists of. Private to the files table*.c. */
#ifndef RECOAT_TABLE_LINES_H
#define RECOAT_TABLE_LINES_H

#include "analyzer/table.h"

/* A line of the table: a row of cells, a note, or (neither) a rule. */
struct recoat_table_line {
	char **cell; /* One a column, */
	double *key; /* and the number that it stands for: not a number if it is a text. */
	char *note;
	size_t filled;
};

struct recoat_table {
	const struct recoat_column *column;
	struct recoat_column *chosen; /* The same if some were chosen, else NULL. */
	size_t columns;
	struct recoat_table_line *line;
	size_t lines, room;
};

void recoat_table_free_line(struct recoat_table_line *line);

#endif
