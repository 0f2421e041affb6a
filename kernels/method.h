/* SPDX-License-Identifier: Apache-2.0 */
/* The mapping methods and their parameters, as the commands `map` and `pipeline` take them. */
#ifndef AMQADF_METHOD_H
#define AMQADF_METHOD_H

#include <stdint.h>
#include "amqadf/kernels.h"

enum method {
	METHOD_NEAREST,
	METHOD_LINEAR,
	METHOD_IDW,
	METHOD_KDE,
	METHOD_RBF,
};

extern const char *const method_names[];     /* In the order of enum method, then NULL. */
extern const char *const kde_kernel_names[]; /* In the order of the library's enums, then NULL. */
extern const char *const rbf_kernel_names[];

struct method_parameters {
	double power;
	uint64_t k;
	double bandwidth;
	double epsilon;
	int kde_kernel;
	int rbf_kernel;
	uint64_t kde_points; /* kde and rbf see at most so many points, */
	uint64_t rbf_points; /* evenly picked in the points' order. */
};

#define METHOD_DEFAULTS                                                                            \
	{                                                                                          \
		.power = 2.0, .k = 10, .bandwidth = 1.0, .epsilon = 1.0, .kde_points = 5000,       \
		.rbf_points = 400                                                                  \
	}

/*
 * Map all or, for kde and rbf, some of the points onto `grid`. kde needs active voxels to
 * know its box: without any, the points are mapped to their nearest voxels first. 0 or the
 * kernel's code.
 */
int method_map(enum method method, const struct method_parameters *parameters,
	       const struct amqadf_points *points, struct amqadf_grid *grid);

#endif
