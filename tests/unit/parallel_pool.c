/* SPDX-License-Identifier: Apache-2.0 */
/* The team of threads, how many it may have, the exponential, and swaps that decline. */
#include "tests/unit/parallel_testing.h"

#include <fcntl.h>
#include <fenv.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <recoat/plugin.h>
#include "plugins/parallel/cpus.h"
#include "plugins/parallel/exp.h"
#include "plugins/parallel/swaps.h"

#ifdef __SANITIZE_THREAD__
/* A child of a program with threads that starts some itself is what is tested here. */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}
#endif

struct counting {
	struct pool_share share;
	_Atomic uint64_t sum;
	_Atomic unsigned members, signals_open;
};

static void count(void *context, unsigned member, unsigned members)
{
	struct counting *counting = context;
	uint64_t from, to;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	if (member && (!sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGCHLD)))
		counting->signals_open++;
	counting->members = members;
	while (pool_take(&counting->share, &from, &to))
		for (; from < to; from++)
			counting->sum += from;
}

/* How many members there were; every item must have been taken once. */
static unsigned run_count(unsigned wanted)
{
	struct counting counting = {.share = {.end = 1000, .chunk = 7}};

	pool_run(count, &counting, wanted);
	assert_int_equal(counting.sum, 499500);
	assert_int_equal(counting.signals_open, 0);
	return counting.members;
}

static void a_team_takes_every_item_once(void **state)
{
	(void)state;
	pool_configure(4, 0);
	for (int n = 0; n < 200; n++)
		assert_int_equal(run_count(1 + (unsigned)n % 4), 1 + n % 4);
}

struct nesting {
	struct pool_barrier begun;
	_Atomic unsigned inner;
};

static void nest(void *context, unsigned member, unsigned members)
{
	struct nesting *nesting = context;

	(void)member;
	pool_meet(&nesting->begun, members);
	nesting->inner += run_count(4);
	pool_meet(&nesting->begun, members);
}

static void a_call_from_within_runs_alone(void **state)
{
	struct nesting nesting = {0};

	(void)state;
	pool_run(nest, &nesting, 3);
	assert_int_equal(nesting.inner, 3);
	assert_int_equal(run_count(3), 3);
}

/* A host that counts who works for the call that it has numbered 77. */
static _Atomic unsigned working, worked;

static uint64_t number_call(const struct recoat_plugin_host *host)
{
	(void)host;
	return 77;
}

static void count_begin(const struct recoat_plugin_host *host, uint64_t call)
{
	(void)host;
	assert_int_equal(call, 77);
	working++;
	worked++;
}

static void count_end(const struct recoat_plugin_host *host)
{
	(void)host;
	working--;
}

static void the_host_is_told_who_works(void **state)
{
	static struct recoat_plugin_host host = {
		.struct_size = offsetof(struct recoat_plugin_host, call),
		.call = number_call,
		.work_begin = count_begin,
		.work_end = count_end,
	};

	(void)state;
	pool_tell(&host);
	run_count(3);
	assert_int_equal(worked, 0);
	host.struct_size = sizeof(host);
	pool_tell(&host);
	run_count(1);
	assert_int_equal(worked, 0);
	while (worked < 2)
		run_count(3);
	assert_int_equal(working, 0);
}

static void *run_from_thread(void *argument)
{
	for (int n = 0; n < 100; n++)
		run_count(3);
	return argument;
}

static void threads_of_the_target_may_call_together(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t n = 0; n < COUNT(threads); n++)
		assert_int_equal(pthread_create(&threads[n], NULL, run_from_thread, NULL), 0);
	for (size_t n = 0; n < COUNT(threads); n++)
		pthread_join(threads[n], NULL);
	assert_int_equal(run_count(3), 3);
}

static int fork_and_count(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit((int)(run_count(3) + run_count(2)));
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void fork_inside(void *context, unsigned member, unsigned members)
{
	(void)members;
	if (member == 0)
		*(int *)context = fork_and_count();
}

static void a_child_has_a_team_of_its_own(void **state)
{
	int inside = 0;

	(void)state;
	run_count(3);
	assert_int_equal(fork_and_count(), 5);
	pool_run(fork_inside, &inside, 3);
	assert_int_equal(inside, 5);
	assert_int_equal(run_count(3), 3);
}

static void small_work_is_not_shared(void **state)
{
	(void)state;
	pool_configure(8, 1000);
	assert_int_equal(pool_wanted(0.0), 1);
	assert_int_equal(pool_wanted(1999.0), 1);
	assert_int_equal(pool_wanted(3500.0), 3);
	assert_int_equal(pool_wanted(1e18), 8);
}

static void automatic_follows_affinity(void **state)
{
	cpu_set_t before, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	pool_configure(0, 0);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(cpus_affinity(), 1);
	assert_int_equal(pool_wanted(1e18), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(cpus_affinity(), (unsigned)CPU_COUNT(&before));
}

static void after_the_end_calls_run_alone(void **state)
{
	(void)state;
	pool_configure(4, 0);
	run_count(4);
	pool_fini();
	assert_int_equal(pool_wanted(1e18), 1);
	pool_configure(4, 0);
	assert_int_equal(run_count(4), 4);
}

/* A file of a made-up root directory. */
static void put_file(const char *root, const char *name, const char *text)
{
	char path[512];
	int file;

	for (const char *at = strchr(name + 1, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(path, sizeof(path), "%s%.*s", root, (int)(at - name), name);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s%s", root, name);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
}

static void quotas_of_control_groups_count(void **state)
{
	char root[] = "/tmp/parallel-cpus-XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(cpus_quota(root), UINT_MAX);
	put_file(root, "/proc/self/cgroup", "0::/a/b\n");
	assert_int_equal(cpus_quota(root), UINT_MAX);
	put_file(root, "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
	assert_int_equal(cpus_quota(root), UINT_MAX);
	put_file(root, "/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
	assert_int_equal(cpus_quota(root), 4);
	put_file(root, "/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
	assert_int_equal(cpus_quota(root), 3);
	put_file(root, "/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/d\n1:name=systemd:/\n");
	put_file(root, "/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "-1\n");
	put_file(root, "/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us", "100000\n");
	assert_int_equal(cpus_quota(root), UINT_MAX);
	put_file(root, "/sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us", "150000\n");
	assert_int_equal(cpus_quota(root), 2);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/* One float in 4099 of those below 0, and the one that differs without fused multiply-add. */
static void exp_is_that_of_libm(void **state)
{
	volatile float at_odd = EXP_FLOAT_ODD; /* Lest the compiler compute it by itself. */
	float odd = exp_float_odd();

	(void)state;
	assert_true(exp_float_is_libms());
	assert_true(exp_float(EXP_FLOAT_ODD, odd) == expf(at_odd));
	for (uint32_t bits = UINT32_C(0x80000000); bits <= UINT32_C(0xff800000); bits += 4099) {
		float x;

		memcpy(&x, &bits, sizeof(x));
		if (exp_float(x, odd) != expf(x))
			fail_msg("exp_float(%a) is %a, expf() %a", (double)x,
				 (double)exp_float(x, odd), (double)expf(x));
	}
	for (double x = -699.0; x <= 0.0; x += 0.00137)
		assert_true(fabs(exp_near(x) / exp(x) - 1.0) < EXP_ERROR);
}

/* What decides whether a voxel is computed once more as the reference does it. */
static void a_rounding_is_settled_if_all_numbers_near_agree(void **state)
{
	const double tie = 1.0 + 0x1p-24;

	(void)state;
	assert_true(settled(1.0, 0x1p-26));
	assert_false(settled(1.0, 0x1p-23));
	assert_false(settled(tie, 0x1p-60 + 0x1p-52));
	assert_false(settled(tie + 0x1p-50, 0x1p-49));
	assert_true(settled(tie + 0x1p-48, 0x1p-49));
	assert_true(settled(0.0, 0.0));
	assert_false(settled(1e-300, 2e-300)); /* 0 or -0. */
	assert_false(settled(NAN, 0.0));
	assert_false(settled(1.0, NAN));
	assert_false(settled(INFINITY, 0.0));
}

static unsigned served_calls, declined_calls;

static void served(void)
{
	served_calls++;
}

static void declined(void)
{
	declined_calls++;
}

/* Whether a call of a swap was served; its status is that of the reference either way. */
static bool is_served(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		      int expected)
{
	served_calls = declined_calls = 0;
	assert_int_equal(parallel_map_idw(points, grid, power, 3), expected);
	assert_int_equal(served_calls + declined_calls, 1);
	return served_calls == 1;
}

static void swaps_decline_what_they_must(void **state)
{
	const float xyz[] = {0, 0, 0, 1, 2, 3, 2, 2, 1, 3, 0, 1}, values[] = {1, 2, 3, 4};
	struct amqadf_points points = POINTS(4, xyz, values), none = {0};
	struct amqadf_grid grid = grid_of(5, 5, 5);

	(void)state;
	parallel_next.map_idw = amqadf_map_idw;
	parallel_settings = (struct parallel_settings){
		.kernels = parallel_level(PARALLEL_AUTO), .served = served, .declined = declined};
	assert_true(is_served(&points, &grid, 2.0f, 0));
	assert_false(is_served(&none, &grid, 2.0f, 0));
	assert_false(is_served(&points, &grid, -2.0f, -EINVAL));
	assert_false(is_served(NULL, &grid, 2.0f, -EINVAL));
	assert_false(is_served(&points, NULL, 2.0f, -EINVAL));
	grid.voxel_size = NAN;
	assert_false(is_served(&points, &grid, 2.0f, -EINVAL));
	grid.voxel_size = 1.0;
	fesetround(FE_UPWARD);
	assert_false(is_served(&points, &grid, 2.0f, 0));
	fesetround(FE_TONEAREST);
	parallel_settings.threshold = 501.0; /* 5^3 voxels times 4 points are 500. */
	assert_false(is_served(&points, &grid, 2.0f, 0));
	parallel_settings.threshold = 500.0;
	assert_true(is_served(&points, &grid, 2.0f, 0));
	amqadf_grid_free(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_team_takes_every_item_once),
		cmocka_unit_test(a_call_from_within_runs_alone),
		cmocka_unit_test(threads_of_the_target_may_call_together),
		cmocka_unit_test(the_host_is_told_who_works),
		cmocka_unit_test(a_child_has_a_team_of_its_own),
		cmocka_unit_test(small_work_is_not_shared),
		cmocka_unit_test(automatic_follows_affinity),
		cmocka_unit_test(after_the_end_calls_run_alone),
		cmocka_unit_test(quotas_of_control_groups_count),
		cmocka_unit_test(exp_is_that_of_libm),
		cmocka_unit_test(a_rounding_is_settled_if_all_numbers_near_agree),
		cmocka_unit_test(swaps_decline_what_they_must),
	};

	return cmocka_run_group_tests_name("parallel_pool", tests, NULL, NULL);
}
