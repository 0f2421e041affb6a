/* SPDX-License-Identifier: Apache-2.0 */
/* Making a recording's directory and stating the facts of the process. */
#include "preload/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "preload/call_path.h"
#include "preload/clock.h"
#include "preload/memory.h"
#include "preload/metadata.h"
#include "preload/os.h"
#include "preload/thread_name.h"

#define CMDLINE_MAX (128u << 10)

struct recoat_lock recoat_process_lock;
struct recoat_stream recoat_process_stream;
static _Atomic uint64_t drops[RECOAT_DROP_REASONS];

static const char *const drop_names[RECOAT_DROP_REASONS] = {
	[RECOAT_DROP_THREADS] = "no memory for the state of a thread",
	[RECOAT_DROP_COUNTERS] = "no file for counters",
	[RECOAT_DROP_POINTERS] = "no memory for the pointer table",
	[RECOAT_DROP_PATHS] = "call path cut short, the call tree is full",
	[RECOAT_DROP_SNAPSHOTS] = "no room for a snapshot of the heap",
	[RECOAT_DROP_TRACE] = "no room for a thread's trace of the heap",
	[RECOAT_DROP_SPANS] = "span nested too deeply or its stream is gone",
	[RECOAT_DROP_SAMPLES] = "CPU sample whose call path could not be stored",
	[RECOAT_DROP_TIMERS] = "thread without CPU samples, there is no timer or no room",
};

void recoat_drop(enum recoat_drop reason)
{
	uint64_t count = atomic_fetch_add_explicit(&drops[reason], 1, memory_order_relaxed) + 1;
	struct recoat_dropped event = {.count = count, .reason = drop_names[reason]};

	/* Powers of two only: the count is there after a kill, at a bounded price. */
	if (count & (count - 1) || !recoat_lock_try(&recoat_process_lock))
		return;
	recoat_put_dropped(&recoat_process_stream, recoat_clock_coarse(), &event);
	recoat_lock_drop(&recoat_process_lock);
}

/* A directory of ours, new or there already, and no link to somewhere else. */
static bool make_directory(const char *path, char *problem, size_t problem_size)
{
	struct stat found;

	if (!mkdir(path, 0700))
		return true;
	if (errno == EEXIST && !lstat(path, &found) && S_ISDIR(found.st_mode))
		return true;
	snprintf(problem, problem_size, "%s: cannot be made a directory for the recording: %s",
		 path, errno == EEXIST ? "something else is there" : strerror(errno));
	return false;
}

/* PROGRAM-PID-START: pids are reused, so the start goes in; a second try gets a suffix. */
static bool make_process_directory(const char *output, uint64_t start_real, char *problem,
				   size_t problem_size)
{
	for (int attempt = 0; attempt < 16; attempt++) {
		int used = snprintf(recoat_stream_directory, sizeof recoat_stream_directory,
				    "%s/%s-%d-%llx", output, recoat_program_name(), (int)getpid(),
				    (unsigned long long)start_real + (unsigned)attempt);

		if (used >= (int)sizeof recoat_stream_directory)
			break;
		if (!mkdir(recoat_stream_directory, 0700))
			return true;
		if (errno != EEXIST)
			break;
	}
	snprintf(problem, problem_size, "%s: cannot hold a recording: %s", output, strerror(errno));
	return false;
}

static void put_process_start(bool forked, uint64_t start_real, uint64_t now)
{
	static char directory[PATH_MAX]; /* Not on the stack: see begin_recording(). */
	struct recoat_process_start event = {
		.pid = (uint32_t)getpid(),
		.parent_pid = (uint32_t)getppid(),
		.forked = forked,
		.start_real = start_real,
		.program = recoat_program_path(),
		.directory = getcwd(directory, sizeof directory) ? directory : "",
		.version = PACKAGE_VERSION,
	};

	recoat_put_process_start(&recoat_process_stream, now, &event);
}

static void put_host(uint64_t now)
{
	struct utsname name;
	struct recoat_host event = {
		.name = "",
		.kernel = "",
		.machine = "",
		.processors = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
		.page_size = (uint32_t)sysconf(_SC_PAGESIZE),
	};

	if (!uname(&name)) {
		event.name = name.nodename;
		event.kernel = name.release;
		event.machine = name.machine;
	}
	recoat_put_host(&recoat_process_stream, now, &event);
}

/* /proc/self/cmdline into `text`, ended by two NULs; the bytes read. */
static size_t read_cmdline(char *text, size_t size)
{
	int fd = recoat_open("/proc/self/cmdline", O_RDONLY, 0);
	size_t used = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while (used < size - 2 && (got = recoat_read(fd, text + used, size - 2 - used)) > 0)
		used += (size_t)got;
	recoat_close(fd);
	return used;
}

static void put_arguments(uint64_t now)
{
	char *text = recoat_map(CMDLINE_MAX);
	size_t length = text ? read_cmdline(text, CMDLINE_MAX) : 0;
	uint32_t index = 0;

	for (size_t at = 0; at < length; at += strlen(text + at) + 1) {
		struct recoat_argument event = {.index = index++, .value = text + at};

		recoat_put_argument(&recoat_process_stream, now, &event);
	}
	recoat_unmap(text, CMDLINE_MAX);
}

static void put_settings(uint64_t now)
{
	for (char **entry = environ; entry && *entry; entry++) {
		char name[64];
		const char *equals = strchr(*entry, '=');
		struct recoat_setting event = {.name = name};

		if (strncmp(*entry, "RECOAT_", 7) || !equals ||
		    (size_t)(equals - *entry) >= sizeof name)
			continue;
		memcpy(name, *entry, (size_t)(equals - *entry));
		name[equals - *entry] = '\0';
		event.value = equals + 1;
		recoat_put_setting(&recoat_process_stream, now, &event);
	}
}

static bool give_up(char *problem, size_t problem_size)
{
	snprintf(problem, problem_size, "%s: no file can be written there", recoat_stream_directory);
	recoat_recording_reset();
	recoat_file_remove("process");
	recoat_file_remove("process.live");
	rmdir(recoat_stream_directory);
	return false;
}

bool recoat_recording_start(const struct recoat_settings *settings, bool forked, char *problem,
			    size_t problem_size)
{
	uint64_t now = recoat_clock_monotonic();
	uint64_t start_real = recoat_clock_read(CLOCK_REALTIME);

	if (!make_directory(settings->output, problem, problem_size) ||
	    !make_process_directory(settings->output, start_real, problem, problem_size))
		return false;
	if (recoat_stream_open(&recoat_process_stream, RECOAT_STREAM_PROCESS, "process",
			       RECOAT_PROCESS_PACKET, (uint32_t)gettid(), 0, now))
		return give_up(problem, problem_size);
	recoat_thread_name_start();
	recoat_lock_take(&recoat_process_lock);
	put_process_start(forked, start_real, now);
	put_host(now);
	put_arguments(now);
	put_settings(now);
	recoat_lock_drop(&recoat_process_lock);
	/* Last: what has metadata is a recording, and one of a process that is known. */
	return recoat_metadata_write(recoat_stream_directory, 0) || give_up(problem, problem_size);
}

void recoat_recording_calibrate(void)
{
	recoat_clock_calibrate();
	recoat_metadata_write(recoat_stream_directory, recoat_clock_span_frequency);
}

void recoat_recording_reset(void)
{
	recoat_process_lock = (struct recoat_lock){0};
	recoat_process_stream = (struct recoat_stream){0};
	for (int i = 0; i < RECOAT_DROP_REASONS; i++)
		atomic_store_explicit(&drops[i], 0, memory_order_relaxed);
}

static uint64_t nanoseconds(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

static void put_drops(uint64_t now)
{
	for (int i = 0; i < RECOAT_DROP_REASONS; i++) {
		struct recoat_dropped event = {
			.count = atomic_load_explicit(&drops[i], memory_order_relaxed),
			.reason = drop_names[i],
		};

		if (event.count)
			recoat_put_dropped(&recoat_process_stream, now, &event);
	}
}

void recoat_recording_end(void)
{
	struct recoat_call_path_counts paths;
	struct recoat_call_path_fallback fallback;
	struct recoat_process_end event = {0};
	struct rusage usage;
	uint64_t now;

	recoat_thread_names_put();
	now = recoat_clock_monotonic();
	if (!getrusage(RUSAGE_SELF, &usage)) {
		event.user_time = nanoseconds(usage.ru_utime);
		event.system_time = nanoseconds(usage.ru_stime);
		event.max_resident = (uint64_t)usage.ru_maxrss * 1024u;
	}
	recoat_call_path_count(&paths);
	recoat_call_path_count_fallback(&fallback);
	recoat_lock_take(&recoat_process_lock);
	put_drops(now);
	recoat_put_call_path_counts(&recoat_process_stream, now, &paths);
	if (fallback.met)
		recoat_put_call_path_fallback(&recoat_process_stream, now, &fallback);
	recoat_put_process_end(&recoat_process_stream, now, &event);
	recoat_lock_drop(&recoat_process_lock);
}
