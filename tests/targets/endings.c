/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates 40 blocks of 1000 bytes and ends in the way that its argument names. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *volatile sink;

static __attribute__((noinline)) void allocate(void)
{
	for (int i = 0; i < 40; i++)
		sink = malloc(1000);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	allocate();
	if (!strcmp(how, "_exit"))
		_exit(9);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(how, "segv"))
		raise(SIGSEGV);
	if (!strcmp(how, "close")) {
		/* What daemons do; then everything goes on. */
		for (int fd = 3; fd < 1024; fd++)
			close(fd);
		allocate();
	}
	return 0;
}
