/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded before the runtime, whose system calls go through syscall(): refuses some with EPERM.
 * REFUSE=NUMBER,THIRD,WHICH means calls of that number with that third argument, which for mmap and
 * mprotect is the protection, or -1 for any; of those the one numbered WHICH from 1, or all for 0.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic long made;

static int is_refused(long number, long argument)
{
	char *at = getenv("REFUSE");
	long third, which;

	if (!at || number != strtol(at, &at, 10))
		return 0;
	third = strtol(at + 1, &at, 10);
	which = strtol(at + 1, NULL, 10);
	return (third < 0 || third == argument) && (++made == which || !which);
}

/* What r10, r8 and r9 hold must not be kept there over a call. */
static long make(long number, const long *argument)
{
	register long fourth __asm__("r10") = argument[3];
	register long fifth __asm__("r8") = argument[4];
	register long sixth __asm__("r9") = argument[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(argument[0]), "S"(argument[1]), "d"(argument[2]),
			   "r"(fourth), "r"(fifth), "r"(sixth)
			 : "rcx", "r11", "memory");
	return result;
}

long syscall(long number, ...)
{
	long argument[6], result;
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	result = is_refused(number, argument[2]) ? -EPERM : make(number, argument);
	if (result >= 0 || result <= -4096)
		return result;
	errno = (int)-result;
	return -1;
}
