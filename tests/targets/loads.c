/* SPDX-License-Identifier: Apache-2.0 */
/* Reaches kernels of a library that is loaded late: by dlsym, and from another late module. */
#include <dlfcn.h>
#include <stdio.h>

#include "demo.h"

int main(int argc, char **argv)
{
	const double values[] = {1, 2};
	const struct demo_vector two = {2, values};
	void *library, *user;
	double (*sum)(const struct demo_vector *);
	double (*use)(const struct demo_vector *);

	if (argc != 3)
		return 2;
	library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
	user = dlopen(argv[2], RTLD_LAZY);
	if (!library || !user) {
		puts(dlerror());
		return 1;
	}
	*(void **)&sum = dlsym(library, "demo_sum");
	*(void **)&use = dlsym(user, "use_demo");
	printf("%g %g\n", sum(&two), use(&two)); /* 1 span, and 1 from the other module */
	dlclose(user);
	dlclose(library);
	return 0;
}
