/* SPDX-License-Identifier: Apache-2.0 */
/* A module that calls a kernel of another through its PLT. */
#include "demo.h"

double use_demo(const struct demo_vector *v);

double use_demo(const struct demo_vector *v)
{
	return demo_sum(v) * 10;
}
