// SPDX-License-Identifier: Apache-2.0
// Exceptions out of functions whose first instructions, which save the caller's registers, may have
// been moved; through one such function or two. See tests/run/inline.sh.
#include <cstdio>
#include <stdexcept>
#include <string>

#define KEEP [[gnu::noipa]]

static volatile long one = 1;
static int destroyed;

struct Guard {
	~Guard()
	{
		destroyed++;
	}
};

KEEP static void thrown_leaf(long n)
{
	if (n % 2)
		throw std::runtime_error(std::to_string(n) + " is odd");
}

// It uses all registers that it must restore for its caller.
KEEP static long thrown_inner(long n)
{
	long a = one + n, b = one * n, c = one - n, d = one ^ n, e = one | n, f = one & n;
	Guard guard;

	thrown_leaf(n);
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
}

// Its own values live in them over the call. It catches what multiples of 3 throw.
KEEP static long thrown_outer(long n)
{
	long a = one + n, b = one * n, c = one - n, d = one ^ n, e = one | n, f = one & n;
	long inner = 0;
	Guard guard;

	try {
		inner = thrown_inner(n);
	} catch (const std::runtime_error &error) {
		if (n % 3)
			throw;
		std::printf("outer: %s\n", error.what());
	}
	return inner + a - 2 * b + 3 * c - 4 * d + 5 * e - 6 * f;
}

int main()
{
	for (long n = 0; n < 12; n++) {
		long a = one + n, b = one * n, c = one - n, d = one ^ n, e = one | n, f = one & n;
		long result = -1;

		try {
			result = thrown_outer(n);
		} catch (const std::runtime_error &error) {
			std::printf("main: %s\n", error.what());
		}
		std::printf("%ld %ld\n", result, a + 3 * b - 5 * c + 7 * d - 9 * e + 11 * f);
	}
	std::printf("destroyed %d\n", destroyed);
	return 7;
}
