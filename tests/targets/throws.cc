// SPDX-License-Identifier: Apache-2.0
// Exceptions through a kernel: caught outside, and one span each that says so.
#include <cstdio>
#include <stdexcept>

#include "demo.h"

static void maybe_throw(void *data)
{
	if (data)
		throw std::runtime_error("thrown through the kernel");
}

static void nested(void *data)
{
	demo_call(maybe_throw, data);
}

int main()
{
	int caught = 0;

	for (int i = 0; i < 3; i++) {
		try {
			demo_call(nested, i < 2 ? &caught : nullptr);
		} catch (const std::runtime_error &error) {
			caught++;
			std::puts(error.what());
		}
	}
	return caught; // 2: 6 spans, 4 of them unwound
}
