/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the catalogue parser share. */
#ifndef RECOAT_CATALOGUE_PARSER_H
#define RECOAT_CATALOGUE_PARSER_H

#include "kernels/catalogue.h"

struct recoat_parser {
	const char *at, *end; /* The text not yet read. */
	int line;
	bool in_section;
	bool failed; /* `error` has been filled; nothing more is to be done. */
	bool has_slot;
	int section_line;
	uint32_t seen; /* Bit n: key n of keys[] stood in this section. */
	struct recoat_kernel kernel;
	struct recoat_catalogue *catalogue;
	uint32_t others; /* Kernels in it that are not this file's. */
	const char *file;
	struct recoat_catalogue_error *error;
};

/* Always false, so that callers can return it. What fails first is reported. */
bool recoat_parser_fail(struct recoat_parser *parser, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Take a key of the section that is being read into `kernel`. */
bool recoat_parser_key(struct recoat_parser *parser, const char *key, const char *value);

#endif
