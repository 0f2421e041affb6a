/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing results. */
#include "plugins/verify/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Two that are not equal, at least one of them no NaN. True if they are the first to differ. */
static bool take_unequal(struct difference *to, double found, double expected,
			 const struct tolerance *within)
{
	double absolute = fabs(found - expected);
	double relative = expected != 0 ? absolute / fabs(expected) : INFINITY;

	if (isnan(absolute))
		absolute = relative = INFINITY;
	if (absolute > to->max_absolute)
		to->max_absolute = absolute;
	if (relative > to->max_relative)
		to->max_relative = relative;
	if (absolute <= within->absolute + within->relative * fabs(expected))
		return false;
	return !to->differing++;
}

bool compare_value(struct difference *to, double found, double expected,
		   const struct tolerance *within)
{
	to->values++;
	return found != expected && !(isnan(found) && isnan(expected)) &&
	       take_unequal(to, found, expected, within);
}

static void describe(struct difference *to, const char *what, uint64_t index, double found,
		     double expected)
{
	snprintf(to->first, sizeof to->first, "%s[%" PRIu64 "] is %.9g, expected %.9g", what, index,
		 found, expected);
}

void compare_floats(struct difference *to, const char *what, const float *found,
		    const float *expected, uint64_t count, const struct tolerance *within)
{
	for (uint64_t i = 0; i < count; i++)
		if (compare_value(to, (double)found[i], (double)expected[i], within))
			describe(to, what, i, (double)found[i], (double)expected[i]);
}

void compare_doubles(struct difference *to, const char *what, const double *found,
		     const double *expected, uint64_t count, const struct tolerance *within)
{
	for (uint64_t i = 0; i < count; i++)
		if (compare_value(to, found[i], expected[i], within))
			describe(to, what, i, found[i], expected[i]);
}

void compare_integers(struct difference *to, const char *what, int64_t found, int64_t expected)
{
	static const struct tolerance none;

	to->values++;
	if (found != expected && take_unequal(to, (double)found, (double)expected, &none))
		describe(to, what, 0, (double)found, (double)expected);
}
