/* SPDX-License-Identifier: Apache-2.0 */
/* C++ names through the C++ runtime, if there is one. */
#include "analyzer/demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef char *demangler(const char *name, char *buffer, size_t *length, int *status);

static demangler *find_demangler(void)
{
	static demangler *found;
	static bool searched;
	void *library;

	if (searched)
		return found;
	searched = true;
	library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
	if (library)
		*(void **)&found = dlsym(library, "__cxa_demangle");
	return found;
}

char *recoat_demangle(const char *name)
{
	demangler *demangle;
	int status;

	if (strncmp(name, "_Z", 2) != 0)
		return NULL;
	demangle = find_demangler();
	return demangle ? demangle(name, NULL, NULL, &status) : NULL;
}
