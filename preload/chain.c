/* SPDX-License-Identifier: Apache-2.0 */
/* The word that says which plugins are switched on, and the file that it lies in. */
#include "preload/chain.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/memory.h"
#include "preload/os.h"
#include "preload/plugin_host.h"
#include "recoat/control.h"

static uint32_t own_word = UINT32_MAX;
uint32_t *_Atomic recoat_chain_word = &own_word;

static bool any;
static char directories[2][PATH_MAX];  /* Empty: there is none. */
static struct recoat_control *control; /* NULL: there is no file. */
static char path[PATH_MAX + 16];

static_assert(RECOAT_CONTROL_PLUGINS == RECOAT_PLUGINS_MAX, "all plugins of a list");
static_assert(RECOAT_PLUGIN_NAME_MAX == 64, "as in struct recoat_control");

void recoat_chain_init(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && *runtime == '/' && strlen(runtime) + sizeof "/recoat" <= PATH_MAX)
		snprintf(directories[0], sizeof directories[0], "%s/recoat", runtime);
	snprintf(directories[1], sizeof directories[1], "/tmp/recoat-%u", (unsigned)geteuid());
}

/* A directory of the user's own, into which nobody else can put a file. */
static bool make_directory(const char *directory)
{
	struct stat found;

	mkdir(directory, 0700);
	return !lstat(directory, &found) && S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
	       !(found.st_mode & 077);
}

static struct recoat_control *map_file(const char *directory)
{
	int fd;
	long at = -1;

	snprintf(path, sizeof path, "%s/%d", directory, (int)getpid());
	/* What is there was left by a process that had this number before. */
	unlink(path);
	fd = recoat_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return NULL;
	if (recoat_reserve(fd, sizeof *control))
		at = syscall(SYS_mmap, NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED,
			     fd, 0L);
	recoat_close(fd);
	if (at == -1)
		unlink(path);
	return at == -1 ? NULL : (struct recoat_control *)at;
}

static void fill(struct recoat_control *fresh)
{
	fresh->pid = (uint32_t)getpid();
	fresh->on = own_word;
	fresh->count = recoat_plugins_count();
	for (uint32_t i = 0; i < fresh->count; i++) {
		strcpy(fresh->plugin[i], recoat_plugins_name(i));
		fresh->able |= (uint32_t)recoat_plugins_serves(i) << i;
	}
	__atomic_store_n(&fresh->magic, RECOAT_CONTROL_MAGIC, __ATOMIC_RELEASE);
}

void recoat_chain_control_open(void)
{
	int kept = errno;

	any = true;
	for (int place = 0; !control && place < 2; place++) {
		if (*directories[place] && make_directory(directories[place]))
			control = map_file(directories[place]);
	}
	if (control && control->magic != RECOAT_CONTROL_MAGIC) {
		fill(control);
		atomic_store_explicit(&recoat_chain_word, &control->on, memory_order_relaxed);
		recoat_plugins_note("", "swap", path);
	}
	errno = kept;
}

void recoat_chain_reset(void)
{
	own_word = recoat_chain_on();
	atomic_store_explicit(&recoat_chain_word, &own_word, memory_order_relaxed);
	recoat_unmap(control, sizeof *control);
	control = NULL;
}

bool recoat_chain_any(void)
{
	return any;
}

void recoat_chain_end(void)
{
	if (control)
		unlink(path);
}
