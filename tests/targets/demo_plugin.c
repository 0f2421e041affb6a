/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for the kernels of demo.h, good or, with one of the macros below, bad. Built by
 * tests/run/plugins.sh as NAME.so, or NAME-demo.so.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "demo.h"
#include "recoat/plugin.h"

#ifndef NAME
#define NAME "demo"
#endif
#ifndef ABI
#define ABI RECOAT_PLUGIN_ABI
#endif
#ifndef ABI_NEEDED
#define ABI_NEEDED 1
#endif
#ifndef SIZE
#define SIZE sizeof(struct recoat_plugin)
#endif

static double (*next_sum)(const struct demo_vector *v);
static double (*original_sum)(const struct demo_vector *v);
static void (*next_call)(void (*callback)(void *), void *data);

static const struct recoat_plugin_host *host;
static struct recoat_plugin_counter *served, *declined, *forks, *burnt;
static double factor;
static uint64_t from, burn_ns;
static const char *gate;

static uint64_t cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* With burn=MS, a thread that uses so much CPU time works for each call. */
static void *burn(void *for_call)
{
	uint64_t begin, now;

#ifndef ALONE
	host->work_begin(host, *(uint64_t *)for_call);
#endif
	begin = cpu_time();
	do
		now = cpu_time();
	while (now - begin < burn_ns);
	host->count(burnt, (int64_t)(now - begin));
#ifndef ALONE
	host->work_end(host);
#endif
	return for_call;
}

static void have_burnt(void)
{
	uint64_t call = burn_ns ? host->call(host) : 0;
	pthread_t thread;

	if (burn_ns && !pthread_create(&thread, NULL, burn, &call))
		pthread_join(thread, NULL);
}

/* The original's sum by a factor; small vectors are left to the next. */
static double sum(const struct demo_vector *v)
{
	if (v->count < from) {
		host->count(declined, 1);
		return next_sum(v);
	}
	host->count(served, 1);
	host->memory(host, 1000);
	host->memory(host, -600);
	have_burnt();
	return factor * original_sum(v);
}

/* With gate=FILE, the first call makes FILE and waits until somebody removes it. */
static void wait_at_gate(void)
{
	static int waited;
	FILE *file;

	if (!*gate || waited++)
		return;
	file = fopen(gate, "w");
	if (file)
		fclose(file);
	while (!access(gate, F_OK))
		usleep(1000);
}

static void call(void (*callback)(void *), void *data)
{
	wait_at_gate();
	host->count(served, 1);
	next_call(callback, data);
}

static const struct recoat_plugin_option options[] = {
	{.name = "factor",
	 .summary = "of all sums",
	 .type = RECOAT_OPTION_REAL,
	 .standard = "2",
	 .minimum = -10,
	 .maximum = 10},
	{.name = "from",
	 .summary = "smallest vector that is summed here",
	 .type = RECOAT_OPTION_INTEGER,
	 .standard = "0",
	 .minimum = 0,
	 .maximum = 100},
	{.name = "gate", .summary = "a file to make and wait for", .type = RECOAT_OPTION_STRING},
	{.name = "burn",
	 .summary = "milliseconds of CPU time that a thread uses for each sum",
	 .type = RECOAT_OPTION_INTEGER,
	 .standard = "0",
	 .minimum = 0,
	 .maximum = 1000},
};

static const struct recoat_plugin_swap swaps[] = {
	{"demo.sum", "demo", (recoat_plugin_function)sum, &next_sum, &original_sum},
	{"demo.call", "demo", (recoat_plugin_function)call, &next_call, NULL},
};

static const char *init(const struct recoat_plugin_host *with,
			const struct recoat_plugin_value *values)
{
	host = with;
	served = host->counter(host, "served");
	declined = host->counter(host, "declined");
	forks = host->counter(host, "forks");
	factor = values[0].real;
	from = (uint64_t)values[1].integer;
	gate = values[2].text;
	burnt = host->counter(host, "burnt_ns");
	burn_ns = (uint64_t)values[3].integer * 1000000u;
#ifdef TALK
	host->log(host, "hello");
#endif
#ifdef CRASH
	abort();
#endif
#ifdef FAIL
	return "no luck today";
#endif
	return NULL;
}

static void fini(void)
{
	host->log(host, host->kernel(host, 0) ? host->kernel(host, 0)->symbol : "never placed");
}

static void around_fork(enum recoat_plugin_fork moment)
{
	if (moment != RECOAT_FORK_PREPARE)
		host->count(forks, moment == RECOAT_FORK_CHILD ? 100 : 1);
}

#ifndef NO_SYMBOL
const struct recoat_plugin recoat_plugin = {
	.struct_size = SIZE,
	.abi = ABI,
	.abi_needed = ABI_NEEDED,
	.name = NAME,
	.version = "7",
	.summary = "multiplies sums",
	.options = options,
	.option_count = 4,
#ifndef NO_SWAPS
	.swaps = swaps,
	.swap_count = 2,
#endif
	.init = init,
	.fini = fini,
	.fork = around_fork,
};
#endif
