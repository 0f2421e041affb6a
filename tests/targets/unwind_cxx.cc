// SPDX-License-Identifier: Apache-2.0
// C++ frames: virtual calls, lambdas, sort's callbacks, catch blocks, destructors while unwinding.
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using Visit = void (*)();

namespace
{
struct Guard {
	Visit visit;
	~Guard()
	{
		visit();
	}
};

struct Shape {
	virtual ~Shape() = default;
	virtual void run(Visit visit, int depth) const = 0;
};

struct Thrower : Shape {
	void run(Visit visit, int depth) const override
	{
		Guard guard{visit};
		if (depth == 0)
			throw std::runtime_error(std::string(40, 'x'));
		run(visit, depth - 1);
	}
};

struct Sorter : Shape {
	void run(Visit visit, int depth) const override
	{
		std::vector<int> values(20);
		for (size_t i = 0; i < values.size(); i++)
			values[i] = static_cast<int>(i * 7 % 20);
		std::sort(values.begin(), values.end(), [=](int a, int b) {
			visit();
			return a < b;
		});
		std::function<void(int)> recurse = [&](int left) {
			visit();
			if (left)
				recurse(left - 1);
		};
		recurse(depth);
	}
};
} // namespace

extern "C" __attribute__((visibility("default"))) void unwind_cxx_run(Visit visit, int depth)
{
	const Thrower thrower;
	const Sorter sorter;
	for (const Shape *shape :
	     {static_cast<const Shape *>(&thrower), static_cast<const Shape *>(&sorter)}) {
		try {
			shape->run(visit, depth);
		} catch (const std::exception &) {
			visit();
		}
	}
}
