// SPDX-License-Identifier: Apache-2.0
// Load a stand-in module, as an interpreter would, and run it.
#include <cstdio>
#include <dlfcn.h>

int main(int argc, char **argv)
{
	void *module = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
	int (*run)() = module ? (int (*)())dlsym(module, "standin_run") : nullptr;

	if (!run) {
		std::fprintf(stderr, "load: %s\n", argc == 2 ? dlerror() : "usage: load MODULE");
		return 1;
	}
	return run();
}
