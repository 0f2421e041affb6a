/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins must survive: the module with the kernel comes and goes, and a fork. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo.h"

static const double values[] = {1, 2, 4};
static const struct demo_vector three = {3, values};

/* Sums by a library that is loaded for each of them, the last two times at another address. */
static int reload(const char *library)
{
	for (int i = 0; i < 3; i++) {
		void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
		double (*sum)(const struct demo_vector *);
		void *place;

		if (!handle)
			return puts(dlerror());
		*(void **)&sum = dlsym(handle, "demo_sum");
		printf("%g\n", sum(&three));
		place = (void *)((struct link_map *)handle)->l_addr;
		dlclose(handle);
		if (i == 0 &&
		    mmap(place, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			 -1, 0) != place)
			return puts("its place is not free");
	}
	return 0;
}

/* A sum in the parent, before, and one in the child. */
static int child(const char *library)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	double (*sum)(const struct demo_vector *);
	int status;

	if (!handle)
		return puts(dlerror());
	*(void **)&sum = dlsym(handle, "demo_sum");
	printf("%g\n", sum(&three));
	fflush(stdout);
	if (!fork()) {
		printf("%g\n", sum(&three));
		return 0;
	}
	wait(&status);
	return status;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	return !strcmp(argv[1], "reload") ? reload(argv[2]) : child(argv[2]);
}
