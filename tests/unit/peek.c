/* SPDX-License-Identifier: Apache-2.0 */
/* Reading memory that may not be there, and whose the faults are then. */
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/fault.h"
#include "preload/peek.h"

#define PAGE 4096u

static unsigned char *map(void)
{
	unsigned char *at =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	for (unsigned i = 0; i < 2 * PAGE; i++)
		at[i] = (unsigned char)(i * 37 + i / 256);
	return at;
}

/* cmocka sets handlers of its own around each test, behind the runtime's back. */
static void take_signals(void)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};

	if (!recoat_fault_is_ours(SIGSEGV)) {
		sigaction(SIGSEGV, &standard, NULL);
		sigaction(SIGBUS, &standard, NULL);
		assert_true(recoat_fault_caught());
	}
	recoat_fault_action(SIGSEGV, &standard, NULL);
	recoat_fault_action(SIGBUS, &standard, NULL);
}

static uint64_t at(const void *address)
{
	return (uint64_t)address;
}

static void every_width_and_place_is_read(void **state)
{
	unsigned char *pages = map();

	(void)state;
	take_signals();
	for (unsigned width = 1; width <= 16; width *= 2)
		for (unsigned i = PAGE - 40; i < PAGE + 40; i++) {
			unsigned char is[17] = {[16] = 99};

			memset(is, 99, sizeof is);
			assert_true(recoat_peek(at(pages + i), is, width));
			assert_memory_equal(is, pages + i, width);
			assert_int_equal(is[width], 99);
		}
	assert_true(recoat_fault_caught());
	munmap(pages, 2 * PAGE);
}

static void wrong_addresses_are_refused(void **state)
{
	static const uint64_t wrong[] = {
		0, 8, 4095, 0x8000000000000000, UINT64_MAX, UINT64_MAX - 7, 0x00007ffffffff000};
	uint64_t word;

	(void)state;
	take_signals();
	errno = 42;
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(recoat_peek(wrong[i], &word, 8));
	assert_int_equal(errno, 42);
}

/* The page was readable when it was read last. */
static void expect_gone_pages_refused(void)
{
	unsigned char *pages = map();
	uint64_t word;

	assert_true(recoat_peek(at(pages), &word, 8));
	mprotect(pages, PAGE, PROT_NONE);
	assert_false(recoat_peek(at(pages), &word, 8));
	mprotect(pages, PAGE, PROT_READ);
	assert_true(recoat_peek(at(pages), &word, 8));
	/* Half of it is in the page behind. */
	assert_true(recoat_peek(at(pages + PAGE - 4), &word, 8));
	munmap(pages + PAGE, PAGE);
	assert_false(recoat_peek(at(pages + PAGE - 4), &word, 8));
	assert_true(recoat_peek(at(pages + PAGE - 4), &word, 4));
	munmap(pages, PAGE);
	assert_false(recoat_peek(at(pages), &word, 1));
}

static void pages_that_went_away_are_refused(void **state)
{
	(void)state;
	take_signals();
	expect_gone_pages_refused();
}

static void a_file_that_was_cut_is_refused(void **state)
{
	char name[] = "/tmp/recoat-peek-XXXXXX";
	int fd = mkstemp(name);
	uint64_t word;
	void *page;

	(void)state;
	take_signals();
	assert_int_equal(ftruncate(fd, PAGE), 0);
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(recoat_peek(at(page), &word, 8));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_false(recoat_peek(at(page), &word, 8)); /* SIGBUS */
	munmap(page, PAGE);
	close(fd);
	unlink(name);
}

/* ---- The target's own. ---- */

static sigjmp_buf out;
static siginfo_t seen;
static int *volatile nowhere = (int *)64;

static void handle(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	seen = *info;
	siglongjmp(out, 1);
}

static void handle_once(int signal)
{
	(void)signal;
	siglongjmp(out, 1);
}

static void the_targets_handler_gets_its_faults(void **state)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO}, is;

	(void)state;
	take_signals();
	assert_true(recoat_fault_is_ours(SIGSEGV));
	assert_int_equal(recoat_fault_action(SIGSEGV, &action, &is), 0);
	assert_ptr_equal(is.sa_handler, SIG_DFL);
	assert_int_equal(recoat_fault_action(SIGSEGV, NULL, &is), 0);
	assert_ptr_equal(is.sa_sigaction, handle);
	assert_int_equal(is.sa_flags, SA_SIGINFO);
	if (!sigsetjmp(out, 1)) {
		*nowhere = 1;
		fail();
	}
	assert_ptr_equal(seen.si_addr, nowhere);
	expect_gone_pages_refused();
	action = (struct sigaction){.sa_handler = handle_once, .sa_flags = (int)SA_RESETHAND};
	recoat_fault_action(SIGSEGV, &action, NULL);
	if (!sigsetjmp(out, 1)) {
		*nowhere = 1;
		fail();
	}
	assert_int_equal(recoat_fault_action(SIGSEGV, NULL, &is), 0);
	assert_ptr_equal(is.sa_handler, SIG_DFL);
}

/* How a child that does this ends. */
static int end_of(void (*what)(void))
{
	int status;
	pid_t child = fork();

	if (!child) {
		recoat_fault_reset();
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void fault(void)
{
	*nowhere = 1;
}

static void kill_itself(void)
{
	kill(getpid(), SIGSEGV);
}

static void ignore_and_kill_itself(void)
{
	recoat_fault_action(SIGSEGV, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	kill(getpid(), SIGSEGV);
}

static void without_a_handler_the_default_is_done(void **state)
{
	(void)state;
	take_signals();
	assert_true(WTERMSIG(end_of(fault)) == SIGSEGV);
	assert_true(WTERMSIG(end_of(kill_itself)) == SIGSEGV);
	assert_int_equal(end_of(ignore_and_kill_itself), 0);
}

/* A fault would kill: words are read by the system call instead. */
static void nothing_faults_while_the_signal_is_blocked(void **state)
{
	unsigned char *pages = map();
	sigset_t set;
	uint64_t word;

	(void)state;
	take_signals();
	assert_true(recoat_peek(at(pages), &word, 8));
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	recoat_fault_see_mask();
	assert_false(recoat_fault_caught());
	munmap(pages, 2 * PAGE);
	assert_false(recoat_peek(at(pages), &word, 8));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	recoat_fault_see_mask();
	assert_true(recoat_fault_caught());
}

/* Last: it is for ever. */
static void nor_once_a_handler_blocks_it(void **state)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};

	(void)state;
	take_signals();
	recoat_fault_see_action(SIGUSR1, &action);
	assert_true(recoat_fault_caught());
	sigfillset(&action.sa_mask);
	recoat_fault_see_action(SIGUSR1, &action);
	assert_false(recoat_fault_caught());
	expect_gone_pages_refused();
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/* It keeps the handlers of faults to itself. */
	puts("1..0 # SKIP not under ThreadSanitizer");
	return 0;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width_and_place_is_read),
		cmocka_unit_test(wrong_addresses_are_refused),
		cmocka_unit_test(pages_that_went_away_are_refused),
		cmocka_unit_test(a_file_that_was_cut_is_refused),
		cmocka_unit_test(the_targets_handler_gets_its_faults),
		cmocka_unit_test(without_a_handler_the_default_is_done),
		cmocka_unit_test(nothing_faults_while_the_signal_is_blocked),
		cmocka_unit_test(nor_once_a_handler_blocks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
