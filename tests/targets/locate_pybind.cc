/* SPDX-License-Identifier: Apache-2.0 */
/* A Python module made by pybind11: a method, a virtual one, a function and a lambda. */
#include <pybind11/pybind11.h>

struct Counter {
	long total = 0;

	virtual ~Counter() = default;
	__attribute__((noinline)) long add(long n)
	{
		for (volatile long i = 0; i < n; i = i + 1)
			total++;
		return total;
	}
	__attribute__((noinline)) virtual long twice(long n) { return 2 * n + total; }
};

static __attribute__((noinline)) long triple(long n)
{
	volatile long m = n;

	return 3 * m;
}

PYBIND11_MODULE(locate_pybind, module)
{
	pybind11::class_<Counter>(module, "Counter")
		.def(pybind11::init<>())
		.def("add", &Counter::add)
		.def("twice", &Counter::twice);
	module.def("triple", &triple);
	module.def("plus_one", [](long n) { return n + 1; });
}
