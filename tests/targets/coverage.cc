// SPDX-License-Identifier: Apache-2.0
// Every way to get memory, each once from a function of its own; see tests/run/coverage.sh.
#include <cerrno>
#include <cstdio>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOINLINE extern "C" __attribute__((noinline, noclone))
#define PAGE 4096

static void *volatile kept[64];
static int count;
static char letters[100016];

static void keep(void *block)
{
	kept[count++] = block;
}

// Each of these leaks one block of 100,000 bytes and its number.
NOINLINE void cov_malloc()
{
	keep(malloc(100001));
}
NOINLINE void cov_calloc()
{
	keep(calloc(1, 100002));
}
NOINLINE void cov_realloc()
{
	keep(realloc(nullptr, 100003));
}
NOINLINE void cov_reallocarray()
{
	keep(reallocarray(nullptr, 1, 100004));
}
NOINLINE void cov_aligned_alloc()
{
	keep(aligned_alloc(64, 100032));
}
NOINLINE void cov_memalign()
{
	keep(memalign(64, 100005));
}
NOINLINE void cov_valloc()
{
	keep(valloc(100006));
}
NOINLINE void cov_pvalloc()
{
	keep(pvalloc(100007));
}
NOINLINE void cov_new()
{
	keep(operator new(100008));
}
NOINLINE void cov_new_array()
{
	keep(operator new[](100009));
}
NOINLINE void cov_new_nothrow()
{
	keep(operator new(100010, std::nothrow));
}
NOINLINE void cov_new_array_nothrow()
{
	keep(operator new[](100011, std::nothrow));
}
NOINLINE void cov_new_aligned()
{
	keep(operator new(100096, std::align_val_t(64)));
}
NOINLINE void cov_new_array_aligned()
{
	keep(operator new[](100160, std::align_val_t(64)));
}
NOINLINE void cov_new_aligned_nothrow()
{
	keep(operator new(100224, std::align_val_t(64), std::nothrow));
}
NOINLINE void cov_new_array_aligned_nothrow()
{
	keep(operator new[](100288, std::align_val_t(64), std::nothrow));
}
NOINLINE void cov_posix_memalign()
{
	void *block = nullptr;

	if (!posix_memalign(&block, 64, 100012))
		keep(block);
}
NOINLINE void cov_strdup()
{
	keep(strdup(letters));
}
NOINLINE void cov_strndup()
{
	keep(strndup(letters, 100001));
}
NOINLINE void cov_asprintf()
{
	char *text = nullptr;

	if (asprintf(&text, "%s", letters) > 0)
		keep(text);
}
NOINLINE void cov_getline()
{
	FILE *file = fopen("line", "r");
	char *line = nullptr;
	size_t size = 0;

	if (getline(&line, &size, file) > 0)
		keep(line);
	fclose(file);
}

// A block that grows twice: three blocks, of which 100,013 bytes stay.
NOINLINE void cov_grow()
{
	void *block = malloc(13);

	block = realloc(block, 50000);
	keep(realloc(block, 100013));
}

// All gone again: sized, aligned, array and plain forms of delete.
NOINLINE void cov_delete()
{
	operator delete(operator new(500));
	operator delete[](operator new[](500));
	operator delete(operator new(500), 500);
	operator delete(operator new(512, std::align_val_t(64)), std::align_val_t(64));
	operator delete(operator new(500, std::nothrow), std::nothrow);
}

// A thread's own data is freed when it ends.
static pthread_key_t key;

NOINLINE void *cov_thread(void *)
{
	pthread_setspecific(key, malloc(70000));
	return nullptr;
}

// Blocks from before any constructor, and so before the recording.
static void *early[2];

static void before_all(int, char **, char **)
{
	early[0] = malloc(3000);
	early[1] = malloc(3000);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
									      char **) = before_all;

NOINLINE void cov_early()
{
	free(early[0]);
	keep(realloc(early[1], 100014));
}

static void *map(size_t pages)
{
	return mmap(nullptr, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
}

// libc maps this one itself: a part of the heap, no mapping.
NOINLINE void cov_large()
{
	keep(malloc(8 << 20));
}

NOINLINE void cov_mmap()
{
	keep(map(100));
}

NOINLINE void cov_mmap64()
{
	keep(mmap64(nullptr, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0));
}

NOINLINE void cov_mmap_file()
{
	int fd = open("line", O_RDONLY);

	keep(mmap(nullptr, 2 * PAGE, PROT_READ, MAP_SHARED, fd, PAGE));
	close(fd);
}

// 20 pages, 5 of them unmapped, of the others 10 made into 30.
NOINLINE void cov_mremap()
{
	char *at = (char *)map(20);

	munmap(at + 10 * PAGE, 5 * PAGE);
	keep(mremap(at, 10 * PAGE, 30 * PAGE, MREMAP_MAYMOVE));
}

// Moved to where it is told; returns whether it went there with what it held.
NOINLINE bool cov_mremap_fixed()
{
	char *to = (char *)map(4), *from = (char *)map(4);

	strcpy(from, "moved");
	from = (char *)mremap(from, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	keep(from);
	return from == to && !strcmp(to, "moved");
}

NOINLINE void cov_munmap()
{
	for (int i = 0; i < 10; i++)
		munmap(map(8), 8 * PAGE);
}

// 5,000 bytes, 200 back, then 300 more: 5,100 stay. What malloc adds is not the program's.
NOINLINE bool cov_sbrk()
{
	char *at = (char *)sbrk(5000);
	bool good = sbrk(-200) == at + 5000 && sbrk(300) == at + 4800 && sbrk(0) == at + 5100;

	keep(malloc(1000000)); // By mmap, which leaves the break where it is.
	free(kept[--count]);
	return good;
}

// 7,000 bytes, of which 1,000 go, and 100 of those of cov_sbrk().
NOINLINE bool cov_brk()
{
	char *at = (char *)sbrk(0);

	return !brk(at + 7000) && !brk(at + 6000) && !brk(at - 100) && !brk(at + 6000 - 100) &&
	       !brk((void *)1) && sbrk(0) == at + 5900 && sbrk(INTPTR_MAX) == (void *)-1 &&
	       errno == ENOMEM && brk((void *)INTPTR_MAX) == -1;
}

// What fails, fails as ever and counts nothing.
NOINLINE bool cov_failures()
{
	bool good = true;

	errno = 0;
	good &= mmap(nullptr, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
	good &= errno == EINVAL;
	errno = 0;
	good &= mmap64(nullptr, PAGE, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED;
	good &= errno == EBADF;
	errno = 0;
	good &= munmap((void *)1, PAGE) == -1 && errno == EINVAL;
	errno = 0;
	good &= mremap((void *)PAGE, PAGE, 2 * PAGE, 0) == MAP_FAILED && errno == EFAULT;
	errno = 0;
	good &= !malloc((size_t)1 << 62) && errno == ENOMEM;
	errno = 77;
	munmap(map(1), PAGE);
	free(malloc(10));
	return good && errno == 77;
}

static void heap()
{
	pthread_t thread;

	cov_malloc(), cov_calloc(), cov_realloc(), cov_reallocarray(), cov_aligned_alloc();
	cov_memalign(), cov_valloc(), cov_pvalloc(), cov_posix_memalign();
	cov_new(), cov_new_array(), cov_new_nothrow(), cov_new_array_nothrow(), cov_new_aligned();
	cov_new_array_aligned(), cov_new_aligned_nothrow(), cov_new_array_aligned_nothrow();
	cov_strdup(), cov_strndup(), cov_asprintf(), cov_getline();
	cov_grow(), cov_delete(), cov_early(), cov_large();
	pthread_key_create(&key, free);
	pthread_create(&thread, nullptr, cov_thread, nullptr);
	pthread_join(thread, nullptr);
}

int main()
{
	FILE *file = fopen("line", "w");

	memset(letters, 'a', 100014);
	fputs(letters, file);
	fclose(file);
	heap();
	cov_mmap(), cov_mmap64(), cov_mmap_file(), cov_mremap(), cov_munmap();
	return cov_sbrk() && cov_brk() && cov_mremap_fixed() && cov_failures() ? 7 : 1;
}
