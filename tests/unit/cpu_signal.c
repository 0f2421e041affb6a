/* SPDX-License-Identifier: Apache-2.0 */
/* The signal of CPU sampling as the target sees it: not there. */
#include "tests/unit/cmocka_all.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/cpu_signal.h"

static int claimed;

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
}

static void other(int signal)
{
	(void)signal;
}

static int claim(void **state)
{
	(void)state;
	claimed = recoat_cpu_signal_claim(handler);
	return claimed == 0;
}

static void a_signal_near_the_top_is_claimed(void **state)
{
	struct sigaction now;

	(void)state;
	assert_int_equal(claimed, SIGRTMAX - 2);
	assert_true(recoat_cpu_signal_is_ours(claimed));
	assert_false(recoat_cpu_signal_is_ours(claimed + 1));
	assert_false(recoat_cpu_signal_is_ours(0));
	recoat_real_sigaction(claimed, NULL, &now);
	assert_ptr_equal(now.sa_sigaction, handler);
	assert_int_equal(recoat_cpu_signal_claim(handler), claimed);
}

static void its_action_seems_to_be_the_default(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old, now;

	(void)state;
	assert_int_equal(recoat_cpu_signal_action(NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_DFL);
	assert_int_equal(recoat_cpu_signal_action(&ignore, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_DFL);
	assert_int_equal(recoat_cpu_signal_action(&old, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_IGN);
	recoat_real_sigaction(claimed, NULL, &now);
	assert_ptr_equal(now.sa_sigaction, handler);
}

static void masks_leave_it_out(void **state)
{
	sigset_t all, copy;
	const sigset_t *used;

	(void)state;
	sigfillset(&all);
	used = recoat_cpu_signal_unmask(SIG_SETMASK, &all, &copy);
	assert_int_equal(sigismember(used, claimed), 0);
	assert_int_equal(sigismember(used, claimed - 1), 1);
	assert_int_equal(sigismember(used, SIGINT), 1);
	assert_int_equal(sigismember(&all, claimed), 1);
	assert_ptr_equal(recoat_cpu_signal_unmask(SIG_UNBLOCK, &all, &copy), &all);
	assert_null(recoat_cpu_signal_unmask(SIG_BLOCK, NULL, &copy));
	sigdelset(&all, claimed);
	assert_ptr_equal(recoat_cpu_signal_unmask(SIG_BLOCK, &all, &copy), &all);
}

/* Whoever shares our memory but is another process has signals of its own. */
static void another_process_does_not_own_it(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(recoat_cpu_signal_is_ours(claimed));
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static void a_handler_takes_it_over(void **state)
{
	struct sigaction wanted = {.sa_handler = other}, old, now;

	(void)state;
	assert_int_equal(recoat_cpu_signal_action(&wanted, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_DFL);
	assert_false(recoat_cpu_signal_is_ours(claimed));
	recoat_real_sigaction(claimed, NULL, &now);
	assert_ptr_equal(now.sa_handler, other);
	assert_int_equal(recoat_cpu_signal_claim(handler), claimed - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_near_the_top_is_claimed),
		cmocka_unit_test(its_action_seems_to_be_the_default),
		cmocka_unit_test(masks_leave_it_out),
		cmocka_unit_test(another_process_does_not_own_it),
		cmocka_unit_test(a_handler_takes_it_over),
	};

	return cmocka_run_group_tests(tests, claim, NULL);
}
