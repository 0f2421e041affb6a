/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that no table of dynamic symbols shows, for tests/run/locate.sh, which compiles this
 * in several ways: as a program that calls them directly, and as a stripped module with hidden
 * symbols whose one export, locate_run(), calls them N times.
 */
#include <cstdio>
#include <cstdlib>

#define KEEP __attribute__((noinline, noclone, used))

namespace shapes {

struct Shape {
	virtual ~Shape() = default;
	virtual long area(long n) const = 0;
	virtual long sides() const { return 0; }
};

struct Square : Shape {
	long side;

	explicit Square(long length) : side(length) {}
	KEEP long area(long n) const override
	{
		volatile long sum = 0;

		for (long i = 0; i < n; i++)
			sum = sum + side * side;
		return sum;
	}
};

} /* namespace shapes */

static KEEP long locate_sum(long n)
{
	volatile long sum = 0;

	for (long i = 1; i <= n; i++)
		sum = sum + i;
	return sum;
}

static KEEP long locate_twin_one(long n)
{
	volatile long twice = n * 2;

	return twice + 1;
}

static KEEP long locate_twin_two(long n)
{
	volatile long twice = n * 2;

	return twice + 2;
}

/* What a compiler would split off from a function is not the function. */
extern "C" KEEP long locate_clone(long n) __asm__("locate_sum.cold");
extern "C" KEEP long locate_clone(long n)
{
	volatile long same = n;

	return same;
}

/* Its loop leads back into the bytes that a jump would take. */
extern "C" long locate_loop(long n);
__asm__(".text\n.type locate_loop, @function\nlocate_loop:\n\t.cfi_startproc\n\tnop\n"
	"1:\tdecq %rdi\n\tjnz 1b\n\tmovl $7, %eax\n\tret\n\t.cfi_endproc\n"
	".size locate_loop, . - locate_loop\n");

static shapes::Shape *KEEP make(long side)
{
	return new shapes::Square(side);
}

extern "C" __attribute__((visibility("default"))) long locate_run(long times)
{
	shapes::Shape *shape = make(3);
	long sum = 0;

	for (long i = 0; i < times; i++) {
		sum += locate_sum(100) + locate_twin_one(1) + locate_twin_two(2);
		sum += shape->area(10) + locate_clone(1);
		sum += locate_loop(5);
	}
	delete shape;
	return sum;
}

#ifdef PROGRAM
int main(int, char **argv)
{
	std::printf("%ld\n", locate_run(argv[1] ? std::atol(argv[1]) : 3));
	return 0;
}
#endif
