/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded before the runtime, whose system calls go through syscall(): refuses some with EPERM.
 * REFUSE=NUMBER,THIRD,WHICH means calls of that number with that third argument, which for mmap and
 * mprotect is the protection, or -1 for any; of those the one numbered WHICH from 1, or all for 0.
 * KILL=WHICH kills the process at the call of that number, having written half of what it writes.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096

static _Atomic long made, all;

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

/* Files are written page by page; a kill is heeded between two. */
static void write_half(long number, long *argument)
{
	if (number == SYS_pwritev) {
		argument[2] /= 2;
		make(number, argument);
	} else if ((number == SYS_write || number == SYS_pwrite64) && argument[2] > PAGE) {
		argument[2] -= argument[2] / 2 / PAGE * PAGE;
		make(number, argument);
	}
}

static void die_where_asked(long number, long *argument)
{
	const char *which = getenv("KILL");

	if (!which || ++all != strtol(which, NULL, 10))
		return;
	write_half(number, argument);
	kill(getpid(), SIGKILL);
}

long syscall(long number, ...)
{
	long argument[6], result;
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	die_where_asked(number, argument);
	result = is_refused(number, argument[2]) ? -EPERM : make(number, argument);
	if (result >= 0 || result <= -4096)
		return result;
	errno = (int)-result;
	return -1;
}
