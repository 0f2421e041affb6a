/* SPDX-License-Identifier: Apache-2.0 */
/* A team of threads that sleeps between calls. */
#include "plugins/parallel/pool.h"
#include "plugins/parallel/cpus.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>
#include <xmmintrin.h>
#include <recoat/plugin.h>

#define STACK_SIZE (1 << 20) /* The kernels keep little on it. */
#define SPINS 2000           /* Looks at a barrier before giving the processor away. */

static struct {
	/* The process whose call has the team, 0 if it is free. A child finds its parent's
	 * number where fork() came during a call, and may take the team over. */
	_Atomic pid_t owner;
	/* All that follows is the owner's, and under the lock its threads'. */
	pid_t process; /* In which the threads were started. */
	unsigned started;
	pthread_t threads[POOL_THREADS_MAX];
	pthread_mutex_t lock;
	pthread_cond_t wake, done;
	bool ending;
	uint64_t round; /* Counts calls, so that a thread knows a new one. */
	pool_work *work;
	void *context;
	uint64_t call;    /* As the host numbers it, 0 if that is not to be told. */
	unsigned members; /* 0: nobody may join any more. */
	unsigned running; /* Of the pool's threads. */
	unsigned control; /* The caller's MXCSR. */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
	  .wake = PTHREAD_COND_INITIALIZER,
	  .done = PTHREAD_COND_INITIALIZER};

static _Atomic unsigned configured; /* 0: automatic. */
static _Atomic unsigned quota = UINT_MAX;
static _Atomic uint64_t grain = POOL_GRAIN;

void pool_configure(unsigned threads, uint64_t steps_a_thread)
{
	atomic_store(&grain, steps_a_thread);
	atomic_store(&quota, cpus_quota(""));
	atomic_store(&configured, threads < POOL_THREADS_MAX ? threads : POOL_THREADS_MAX);
}

static const struct recoat_plugin_host *told; /* NULL: nobody is. */

void pool_tell(const struct recoat_plugin_host *host)
{
	if (RECOAT_HOST_HAS(host, work_end))
		told = host;
}

static unsigned limit(void)
{
	unsigned threads = atomic_load(&configured), granted = atomic_load(&quota);

	if (threads)
		return threads;
	threads = cpus_affinity();
	if (threads > granted)
		threads = granted;
	return threads < POOL_THREADS_MAX ? threads : POOL_THREADS_MAX;
}

unsigned pool_wanted(double steps)
{
	double worth = steps / (double)atomic_load(&grain); /* Infinite if that is 0. */
	unsigned most;

	if (worth < 2.0)
		return 1;
	most = limit();
	return worth < (double)most ? (unsigned)worth : most;
}

static bool take_team(void)
{
	pid_t self = getpid(), owner = atomic_load(&pool.owner);

	if (owner == self || !atomic_compare_exchange_strong(&pool.owner, &owner, self))
		return false;
	if (pool.process == self)
		return true;
	/* After fork(): there are no threads, and the lock may have been held. */
	pool.process = self;
	pool.started = 0;
	pool.ending = false;
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.wake, NULL);
	pthread_cond_init(&pool.done, NULL);
	return true;
}

static void give_team_back(void)
{
	atomic_store(&pool.owner, 0);
}

/* A member's part, without the lock: what it looks at stays until all are done. */
static void work_along(unsigned member, unsigned members)
{
	_mm_setcsr(pool.control);
	if (pool.call)
		told->work_begin(told, pool.call);
	pool.work(pool.context, member, members);
	if (pool.call)
		told->work_end(told);
}

/* Members 1 to members - 1 are the pool's; the others sleep on. */
static void *thread_main(void *argument)
{
	unsigned member = (unsigned)(uintptr_t)argument;
	uint64_t seen = 0;
	unsigned members;

	pthread_mutex_lock(&pool.lock);
	for (;;) {
		while (!pool.ending && (pool.round == seen || member >= pool.members)) {
			seen = pool.round;
			pthread_cond_wait(&pool.wake, &pool.lock);
		}
		if (pool.ending)
			break;
		seen = pool.round;
		members = pool.members;
		pool.running++;
		pthread_mutex_unlock(&pool.lock);
		work_along(member, members);
		pthread_mutex_lock(&pool.lock);
		if (--pool.running == 0)
			pthread_cond_signal(&pool.done);
	}
	pthread_mutex_unlock(&pool.lock);
	return NULL;
}

/* Have `threads` threads, if the system lets us; all signals stay with the target's own. */
static void start_threads(unsigned threads)
{
	pthread_attr_t attributes;
	sigset_t all, before;

	if (pool.started >= threads || pthread_attr_init(&attributes))
		return;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; pool.started < threads; pool.started++)
		if (pthread_create(&pool.threads[pool.started], &attributes, thread_main,
				   (void *)(uintptr_t)(pool.started + 1)))
			break;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
}

static void begin(pool_work *work, void *context, unsigned members)
{
	pthread_mutex_lock(&pool.lock);
	pool.work = work;
	pool.context = context;
	pool.members = members;
	pool.control = _mm_getcsr();
	pool.call = told ? told->call(told) : 0;
	pool.round++;
	pthread_cond_broadcast(&pool.wake);
	pthread_mutex_unlock(&pool.lock);
}

/* A thread that has not begun by now, since the machine is busy, is not waited for. */
static void finish(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.members = 0;
	while (pool.running)
		pthread_cond_wait(&pool.done, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
}

void pool_run(pool_work *work, void *context, unsigned wanted)
{
	unsigned members;
	int cancel;

	if (wanted < 2 || !take_team()) {
		work(context, 0, 1);
		return;
	}
	/* The members use the caller's memory: it must not be cancelled away from them. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	start_threads(wanted - 1);
	members = pool.started + 1 < wanted ? pool.started + 1 : wanted;
	if (members > 1)
		begin(work, context, members);
	work(context, 0, members);
	if (members > 1)
		finish();
	give_team_back();
	pthread_setcancelstate(cancel, NULL);
}

void pool_fini(void)
{
	atomic_store(&configured, 1);
	if (!take_team())
		return; /* Another thread is in a kernel; the process ends under it. */
	pthread_mutex_lock(&pool.lock);
	pool.ending = true;
	pthread_cond_broadcast(&pool.wake);
	pthread_mutex_unlock(&pool.lock);
	while (pool.started)
		pthread_join(pool.threads[--pool.started], NULL);
	pool.ending = false;
	give_team_back();
}

void pool_meet(struct pool_barrier *barrier, unsigned members)
{
	/* Pairs with the release of the last to arrive. */
	unsigned round = atomic_load_explicit(&barrier->round, memory_order_relaxed);

	if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) + 1 == members) {
		atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
		atomic_store_explicit(&barrier->round, round + 1, memory_order_release);
		return;
	}
	for (unsigned spins = 0;
	     atomic_load_explicit(&barrier->round, memory_order_acquire) == round; spins++)
		if (spins < SPINS)
			_mm_pause();
		else
			sched_yield();
}
