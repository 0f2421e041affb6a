/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_often MODULE TIMES [new]: load the module, call its locate_run(3), and unload it, again
 * and again; with "new", into a namespace of its own.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	for (int i = 0; argc >= 3 && i < atoi(argv[2]); i++) {
		void *module = argc > 3 ? dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW)
					: dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
		long (*run)(long);

		if (!module) {
			puts(dlerror());
			return 1;
		}
		*(void **)&run = dlsym(module, "locate_run");
		printf("%ld\n", run(3));
		dlclose(module);
	}
	return 0;
}
