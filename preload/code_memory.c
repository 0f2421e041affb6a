/* SPDX-License-Identifier: Apache-2.0 */
/* Cells in blocks near the code, and pages moved over each other. */
#include "preload/code_memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/code_move.h"
#include "preload/maps.h"
#include "preload/memory.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define BLOCK_BYTES (64u << 10)
#define CELLS (BLOCK_BYTES / RECOAT_CELL_BYTES)
#define BLOCKS_MAX (RECOAT_CELLS_MAX / CELLS)
#define REACH ((1ull << 31) - (16ull << 20) - BLOCK_BYTES)
#define LOWEST (1ull << 20) /* Below, null pointers with an offset should fault. */

/* Appended to by writers; `start` is written before the count that includes it. */
static struct {
	uint64_t start;
	uint32_t used; /* Cells. */
} blocks[BLOCKS_MAX];
static _Atomic uint32_t block_count;

/* Of each cell, written before anybody can execute it. */
static struct {
	uint64_t patch;
	uint64_t place;
	struct recoat_moved moved;
} origins[RECOAT_CELLS_MAX];

static bool reaches(uint64_t block, uint64_t near)
{
	return block > near ? block - near <= REACH : near - block <= REACH;
}

/* ---- Finding room. ---- */

struct gap_search {
	uint64_t near;
	uint64_t end_before; /* Of the mapping before the gap. */
	bool grows_before;   /* That mapping is the heap, which grows upwards. */
	uint64_t best;       /* Nearest place for a block so far, 0 if none. */
	uint64_t not_nearer; /* Places already tried in vain are this near or nearer. */
};

static uint64_t distance(uint64_t one, uint64_t other)
{
	return one > other ? one - other : other - one;
}

static void consider(struct gap_search *search, uint64_t place)
{
	uint64_t far = distance(place, search->near);

	if (!reaches(place, search->near) || far <= search->not_nearer)
		return;
	if (!search->best || far < distance(search->best, search->near))
		search->best = place;
}

/*
 * Below the code, the end of a gap; above it, its start, unless the heap would grow into the
 * block: then as far up as can be reached.
 */
static void consider_gap(struct gap_search *search, uint64_t start, uint64_t end)
{
	uint64_t highest = search->near + REACH;

	start = (start + BLOCK_BYTES - 1) & ~(uint64_t)(BLOCK_BYTES - 1);
	if (start < LOWEST)
		start = LOWEST;
	end &= ~(uint64_t)(BLOCK_BYTES - 1);
	if (end < BLOCK_BYTES || end - BLOCK_BYTES < start)
		return;
	end -= BLOCK_BYTES; /* From here on, the last place in the gap. */
	if (end < search->near) {
		consider(search, end);
		return;
	}
	if (search->grows_before)
		start = end < highest ? end : highest & ~(uint64_t)(BLOCK_BYTES - 1);
	consider(search, start);
}

/* The gap below a stack belongs to it. */
static bool look_before(const struct recoat_mapping *mapping, void *data)
{
	struct gap_search *search = data;

	if (strcmp(mapping->name, "[stack]") != 0)
		consider_gap(search, search->end_before, mapping->start);
	search->end_before = mapping->end;
	search->grows_before = !strcmp(mapping->name, "[heap]");
	return mapping->start > search->near && mapping->start - search->near > REACH;
}

static uint64_t map_at(uint64_t place)
{
	long got = syscall(SYS_mmap, place, (size_t)BLOCK_BYTES, PROT_READ | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0L);

	if (got == -1 || (uint64_t)got == place)
		return got == -1 ? 0 : place;
	/* Linux before 4.17 took the address for a hint. */
	recoat_unmap((void *)got, BLOCK_BYTES);
	return 0;
}

static bool add_block(uint64_t near)
{
	struct gap_search search = {.near = near};
	uint32_t count = atomic_load_explicit(&block_count, memory_order_relaxed);

	/* Another thread may map something into a gap first: a few attempts. */
	for (int attempt = 0; count < BLOCKS_MAX && attempt < 16; attempt++) {
		search.best = search.end_before = 0;
		if (!recoat_maps_visit(look_before, &search) || !search.best)
			return false;
		if (map_at(search.best)) {
			blocks[count].start = search.best;
			/* Release pairs with the acquire in recoat_code_cell_of(). */
			atomic_store_explicit(&block_count, count + 1, memory_order_release);
			return true;
		}
		search.not_nearer = distance(search.best, near);
	}
	return false;
}

/* ---- Cells. ---- */

static uint32_t find_free(uint64_t near)
{
	uint32_t count = atomic_load_explicit(&block_count, memory_order_relaxed);
	uint32_t best = BLOCKS_MAX;

	for (uint32_t i = 0; i < count; i++) {
		if (blocks[i].used == CELLS || !reaches(blocks[i].start, near))
			continue;
		if (best == BLOCKS_MAX ||
		    distance(blocks[i].start, near) < distance(blocks[best].start, near))
			best = i;
	}
	return best;
}

uint32_t recoat_code_cell_take(uint64_t near, uint64_t *address)
{
	int kept = errno;
	uint32_t block = find_free(near);

	if (block == BLOCKS_MAX && add_block(near))
		block = atomic_load_explicit(&block_count, memory_order_relaxed) - 1;
	errno = kept;
	if (block == BLOCKS_MAX)
		return RECOAT_CELL_NONE;
	*address = blocks[block].start + blocks[block].used * RECOAT_CELL_BYTES;
	return block * CELLS + blocks[block].used++;
}

void recoat_code_cell_drop(uint32_t cell)
{
	if (blocks[cell / CELLS].used == cell % CELLS + 1)
		blocks[cell / CELLS].used--;
}

uint32_t recoat_code_cell_of(uint64_t pc)
{
	/* Acquire pairs with the release in add_block(). */
	uint32_t count = atomic_load_explicit(&block_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (pc - blocks[i].start < BLOCK_BYTES)
			return i * CELLS + (uint32_t)(pc - blocks[i].start) / RECOAT_CELL_BYTES;
	}
	return RECOAT_CELL_NONE;
}

void recoat_code_cell_serves(uint32_t cell, uint64_t place, const struct recoat_function *function,
			     const struct recoat_moved *moved)
{
	origins[cell].patch = function->patch;
	origins[cell].place = place;
	origins[cell].moved = *moved;
}

uint64_t recoat_code_origin(uint64_t pc)
{
	uint32_t cell = recoat_code_cell_of(pc);
	const struct recoat_moved *moved;
	uint32_t last = 0;

	if (cell == RECOAT_CELL_NONE || !origins[cell].patch)
		return pc;
	moved = &origins[cell].moved;
	while (last < moved->count && pc >= origins[cell].place + moved->to[last + 1])
		last++;
	return origins[cell].patch + moved->from[last];
}

uint64_t recoat_code_moved_place(uint32_t cell, uint64_t pc)
{
	const struct recoat_moved *moved = &origins[cell].moved;

	for (uint32_t i = 0; i < moved->count; i++) {
		if (pc == origins[cell].patch + moved->from[i])
			return origins[cell].place + moved->to[i];
	}
	return pc;
}

/* ---- Changing code. ---- */

const char *recoat_code_write(uint64_t address, const void *bytes, size_t count)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t start = address & ~(page - 1);
	size_t size = (size_t)((address + count + page - 1) & ~(page - 1)) - start;
	int kept = errno;
	const char *reason = NULL;
	char *copy = recoat_map(size);

	if (!copy)
		return "no memory for a copy of its page";
	memcpy(copy, (const void *)start, size);
	memcpy(copy + (address - start), bytes, count);
	if (syscall(SYS_mprotect, copy, size, PROT_READ | PROT_EXEC))
		reason = "the system does not allow new code (mprotect)";
	else if (syscall(SYS_mremap, copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, start) == -1)
		reason = "the system does not allow its page to be replaced (mremap)";
	if (reason)
		recoat_unmap(copy, size);
	errno = kept;
	return reason;
}
