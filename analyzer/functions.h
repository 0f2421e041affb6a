/* SPDX-License-Identifier: Apache-2.0 */
/* Functions by the CPU samples in them and below them. */
#ifndef RECOAT_FUNCTIONS_H
#define RECOAT_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/cct.h"

struct recoat_model;
struct recoat_symbols;

/* A function of a file; those of a file that have no name are one. Inlined ones count too. */
struct recoat_function {
	const char *name;
	const char *module;            /* Path of the file; empty for code made at run time. */
	bool known;                    /* `name` is the function's, not the file's or an address. */
	struct recoat_cpu_counts self; /* Interrupted in it. */
	struct recoat_cpu_counts total; /* On the call path, once however often it is there. */
};

enum recoat_function_order {
	RECOAT_BY_SELF,
	RECOAT_BY_TOTAL,
	RECOAT_FUNCTION_ORDERS,
};

/* Names of the orders, as an option takes them. */
extern const char *const recoat_function_order_names[RECOAT_FUNCTION_ORDERS];

struct recoat_functions {
	struct recoat_function *at;
	size_t count, room;
};

/* Sum up all call paths with samples, largest first. Strings belong to the model. */
void recoat_functions_create(struct recoat_functions *functions, struct recoat_model *model,
			     struct recoat_symbols *symbols, enum recoat_function_order order);
void recoat_functions_destroy(struct recoat_functions *functions);

#endif
