/* SPDX-License-Identifier: Apache-2.0 */
/* How many processors this process may keep busy. */
#include "plugins/parallel/cpus.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The mask is as large as the kernel's own, which is known only by trying. */
unsigned cpus_affinity(void)
{
	for (int cpus = CPU_SETSIZE; cpus <= 1 << 20; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC(cpus);
		size_t bytes = CPU_ALLOC_SIZE(cpus);
		int count = 0;

		if (!set)
			return 1;
		if (sched_getaffinity(0, bytes, set) == 0)
			count = CPU_COUNT_S(bytes, set);
		CPU_FREE(set);
		if (count > 0)
			return (unsigned)count;
	}
	return 1;
}

/* Read a small file as text; false if it is not there. */
static bool read_text(const char *path, char *text, size_t room)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return false;
	length = read(file, text, room - 1);
	close(file);
	if (length < 0)
		return false;
	text[length] = '\0';
	return true;
}

static unsigned least(unsigned one, unsigned other)
{
	return one < other ? one : other;
}

static unsigned whole_cpus(long long quota, long long period)
{
	if (quota <= 0 || period <= 0 || (quota - 1) / period >= UINT_MAX)
		return UINT_MAX;
	return (unsigned)((quota - 1) / period + 1);
}

/* What one group grants: "max 100000" or "150000 100000"; or two files in version 1. */
static unsigned group_quota(const char *group)
{
	long long quota = 0, period = 0;
	char path[PATH_MAX + 32], text[64];

	snprintf(path, sizeof(path), "%s/cpu.max", group);
	if (read_text(path, text, sizeof(text)))
		return sscanf(text, "%lld %lld", &quota, &period) == 2 ? whole_cpus(quota, period)
								       : UINT_MAX;
	snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", group);
	if (read_text(path, text, sizeof(text)))
		quota = strtoll(text, NULL, 10);
	snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", group);
	if (read_text(path, text, sizeof(text)))
		period = strtoll(text, NULL, 10);
	return whole_cpus(quota, period);
}

/* The least from the group `below` up to the hierarchy's root. */
static unsigned hierarchy_quota(const char *mount, const char *below)
{
	char group[PATH_MAX];
	size_t base = strlen(mount);
	unsigned quota = UINT_MAX;

	if (snprintf(group, sizeof(group), "%s%s", mount, below) >= (int)sizeof(group))
		return quota;
	for (;;) {
		char *slash;

		quota = least(quota, group_quota(group));
		slash = strrchr(group, '/');
		if (!slash || slash < group + base)
			return quota;
		*slash = '\0';
	}
}

static bool names_cpu(const char *controllers)
{
	for (const char *at = controllers; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
			return true;
	return false;
}

/* One line of /proc/self/cgroup: "0::/path" or "4:cpu,cpuacct:/path". */
static unsigned line_quota(const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *path, mount[PATH_MAX];

	if (!controllers || !(path = strchr(++controllers, ':')))
		return UINT_MAX;
	*path++ = '\0';
	if (*controllers && !names_cpu(controllers))
		return UINT_MAX;
	snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup%s%s", root, *controllers ? "/" : "",
		 controllers);
	return hierarchy_quota(mount, path);
}

unsigned cpus_quota(const char *root)
{
	char path[PATH_MAX], text[4096], *rest = NULL;
	unsigned quota = UINT_MAX;

	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	if (!read_text(path, text, sizeof(text)))
		return quota;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		quota = least(quota, line_quota(root, line));
	return quota;
}
