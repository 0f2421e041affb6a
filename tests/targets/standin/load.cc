// SPDX-License-Identifier: Apache-2.0
// Load libraries, the last of them a stand-in module, as an interpreter would, and run that.
#include <cstdio>
#include <dlfcn.h>

int main(int argc, char **argv)
{
	void *module = nullptr;

	for (int i = 1; i < argc; i++)
		module = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
	int (*run)() = module ? (int (*)())dlsym(module, "standin_run") : nullptr;

	if (!run) {
		std::fprintf(stderr, "load: %s\n",
			     argc > 1 ? dlerror() : "usage: load [LIBRARY...] MODULE");
		return 1;
	}
	return run();
}
