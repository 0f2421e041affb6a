/* SPDX-License-Identifier: Apache-2.0 */
/* dlopen relative to the test program. */
#include "tests/unit/unwind_libraries.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *open_in(const char *folder, const char *below, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof path, "%s/%s/%s.so", folder, below, name);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

void *library_open(const char *name)
{
	const char *wanted = getenv("UNWIND_LIBRARIES");
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	void *library = NULL;

	if (wanted)
		return open_in(wanted, ".", name);
	if (length < 0)
		return NULL;
	program[length] = 0;
	*strrchr(program, '/') = 0;
	library = open_in(program, "../.libs", name);
	return library ? library : open_in(program, "lib", name);
}

void *library_symbol(void *library, const char *name)
{
	return dlsym(library, name);
}

unwind_library_entry *library_entry(const char *name, void **library)
{
	*library = library_open(name);
	return *library ? (unwind_library_entry *)dlsym(*library, "unwind_library_entry") : NULL;
}
