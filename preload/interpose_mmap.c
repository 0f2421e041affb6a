/* SPDX-License-Identifier: Apache-2.0 */
/* mmap and its kin, as the target calls them. What libc maps for itself does not come here. */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/call_path.h"
#include "preload/export.h"
#include "preload/hot.h"
#include "preload/interpose.h"
#include "preload/mapping.h"
#include "preload/thread.h"
#include "recoat/recording.h"

/*
 * The functions that ours displace. Until they are looked up the kernel is called: the
 * look-up itself, or a constructor that runs before ours, may map.
 */
static struct {
	void *(*mmap)(void *, size_t, int, int, int, off_t);
	void *(*mmap64)(void *, size_t, int, int, int, off64_t);
	int (*munmap)(void *, size_t);
	void *(*mremap)(void *, size_t, size_t, int, ...);
} real;

void recoat_mmap_resolve(void)
{
	*(void **)&real.mmap = dlsym(RTLD_NEXT, "mmap");
	*(void **)&real.mmap64 = dlsym(RTLD_NEXT, "mmap64");
	*(void **)&real.munmap = dlsym(RTLD_NEXT, "munmap");
	*(void **)&real.mremap = dlsym(RTLD_NEXT, "mremap");
}

static RECOAT_FAST struct recoat_thread *enter(void)
{
	return recoat_heap_wanted ? recoat_thread_enter() : NULL;
}

static void *map_by_kernel(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

/* What was asked for, and by whom. */
struct request {
	size_t bytes;
	int flags;
	struct recoat_caller caller;
};

static void record_mmap(struct recoat_thread *thread, const void *at, const struct request *request)
{
	uint32_t kind =
		request->flags & MAP_ANONYMOUS ? RECOAT_MAPPING_ANONYMOUS : RECOAT_MAPPING_FILE;
	int kept = errno;

	if (at != MAP_FAILED)
		recoat_mapping_added(at, request->bytes, kind,
				     recoat_call_path(thread, &request->caller));
	recoat_thread_leave(thread);
	errno = kept;
}

RECOAT_EXPORT void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	struct recoat_thread *thread = enter();
	void *mapped = real.mmap ? real.mmap(at, bytes, protection, flags, fd, offset)
				 : map_by_kernel(at, bytes, protection, flags, fd, offset);

	if (thread)
		record_mmap(thread, mapped, &(struct request){bytes, flags, RECOAT_CALLER()});
	return mapped;
}

RECOAT_EXPORT void *mmap64(void *at, size_t bytes, int protection, int flags, int fd,
			   off64_t offset)
{
	struct recoat_thread *thread = enter();
	void *mapped = real.mmap64 ? real.mmap64(at, bytes, protection, flags, fd, offset)
				   : map_by_kernel(at, bytes, protection, flags, fd, offset);

	if (thread)
		record_mmap(thread, mapped, &(struct request){bytes, flags, RECOAT_CALLER()});
	return mapped;
}

static int call_munmap(void *at, size_t bytes)
{
	return real.munmap ? real.munmap(at, bytes) : (int)syscall(SYS_munmap, at, bytes);
}

RECOAT_EXPORT int munmap(void *at, size_t bytes)
{
	struct recoat_thread *thread = enter();
	int result, kept;

	if (!thread)
		return call_munmap(at, bytes);
	recoat_mapping_lock();
	result = call_munmap(at, bytes);
	kept = errno;
	if (!result)
		recoat_mapping_remove(at, bytes);
	recoat_mapping_unlock();
	recoat_thread_leave(thread);
	errno = kept;
	return result;
}

/* A call of mremap; `target` counts with MREMAP_FIXED and MREMAP_DONTUNMAP only. */
struct remap {
	void *old;
	size_t old_bytes, bytes;
	int flags;
	void *target;
};

static void *call_mremap(const struct remap *remap)
{
	if (real.mremap)
		return real.mremap(remap->old, remap->old_bytes, remap->bytes, remap->flags,
				   remap->target);
	return (void *)syscall(SYS_mremap, remap->old, remap->old_bytes, remap->bytes, remap->flags,
			       remap->target);
}

/*
 * The old place is unmapped unless its pages were to stay: asked for with MREMAP_DONTUNMAP, or
 * by an old size of 0, which makes a second mapping of the same shared pages.
 */
static void *record_mremap(struct recoat_thread *thread, const struct remap *remap,
			   const struct recoat_caller *caller)
{
	uint32_t path, kind;
	void *at;
	int kept = errno;

	path = recoat_call_path(thread, caller);
	recoat_mapping_lock();
	kind = recoat_mapping_kind(remap->old);
	errno = kept;
	at = call_mremap(remap);
	kept = errno;
	if (at != MAP_FAILED) {
		if (!(remap->flags & MREMAP_DONTUNMAP))
			recoat_mapping_remove(remap->old, remap->old_bytes);
		recoat_mapping_add(at, remap->bytes, kind, path);
	}
	recoat_mapping_unlock();
	recoat_thread_leave(thread);
	errno = kept;
	return at;
}

RECOAT_EXPORT void *mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...)
{
	struct remap remap = {.old = old, .old_bytes = old_bytes, .bytes = bytes, .flags = flags};
	struct recoat_thread *thread;
	va_list rest;

	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
		va_start(rest, flags);
		remap.target = va_arg(rest, void *);
		va_end(rest);
	}
	thread = enter();
	if (!thread)
		return call_mremap(&remap);
	return record_mremap(thread, &remap, &RECOAT_CALLER());
}
