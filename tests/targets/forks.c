/* SPDX-License-Identifier: Apache-2.0 */
/* A parent, a forked child that allocates, one that execs, and a vfork child. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void *volatile sink;

static __attribute__((noinline)) void allocate(int blocks, size_t bytes)
{
	while (blocks--)
		sink = malloc(bytes);
}

static int status_of(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	pid_t forked, executed, vforked;

	(void)argc;
	allocate(7, 10000);
	forked = fork();
	if (!forked) {
		allocate(5, 20000); /* in the child's recording only */
		_exit(11);
	}
	executed = fork();
	if (!executed) {
		execl(argv[1], argv[1], NULL);
		_exit(1);
	}
	vforked = vfork();
	if (!vforked)
		_exit(13);
	printf("%d %d %d\n", status_of(forked), status_of(executed), status_of(vforked));
	return 5;
}
