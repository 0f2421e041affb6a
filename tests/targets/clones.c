/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children and a thread that are made by _Fork, clone and posix_spawn. Each process allocates a
 * number of blocks of its own in allocate(), and keeps them.
 */
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK 65536

__attribute__((noinline)) static void allocate(int blocks)
{
	while (blocks--) {
		void *volatile block = malloc(100);

		(void)block;
	}
}

static int child(void *blocks)
{
	allocate(*(int *)blocks);
	return 3;
}

static volatile int done;

/* With the thread-local storage of the main thread, which waits meanwhile. */
static int thread(void *blocks)
{
	allocate(*(int *)blocks);
	done = 1;
	syscall(SYS_exit, 0);
	return 0;
}

static int status_of(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									       : -1;
}

static char *stack(void)
{
	return (char *)mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0) +
	       STACK;
}

int main(int argc, char **argv)
{
	int few = 1000, some = 2000, many = 3000;
	char spawned[] = "spawned", *again[] = {argv[0], spawned, NULL};
	pid_t pid;

	if (argc == 2) {
		allocate(4000);
		return 4;
	}
	pid = _Fork();
	if (!pid) {
		allocate(some);
		_exit(2);
	}
	allocate(few); /* While the child is running, too. */
	printf("%d\n", status_of(pid));
	pid = clone(child, stack(), SIGCHLD, &many);
	allocate(few);
	printf("%d\n", status_of(pid));
	if (clone(thread, stack(),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
		  &few) < 0)
		return 1;
	while (!done)
		usleep(1000);
	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, again, environ))
		return 1;
	printf("%d\n", status_of(pid));
	return 0;
}
