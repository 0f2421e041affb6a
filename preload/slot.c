/* SPDX-License-Identifier: Apache-2.0 */
/* Storing through RELRO. */
#include "preload/slot.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/modules.h"

struct page {
	uint64_t start;
	uint64_t bytes;
};

/* The loader protects whole pages: from the one that RELRO begins in, and none beyond its end. */
static bool is_relro(const struct page *page, uint64_t start, uint64_t end)
{
	return page->start + page->bytes > start && page->start + page->bytes <= end;
}

/* As the loader has left it: by the segment that the page is part of, and by RELRO. */
static int protection_of(const struct recoat_module *module, const struct page *page)
{
	int protection = PROT_READ;

	for (uint32_t i = 0; i < module->header_count; i++) {
		const ElfW(Phdr) *header = &module->headers[i];
		uint64_t start = module->bias + header->p_vaddr;
		uint64_t end = start + header->p_memsz;

		if (header->p_type == PT_GNU_RELRO && is_relro(page, start, end))
			return PROT_READ;
		if (header->p_type == PT_LOAD && page->start < end &&
		    page->start + page->bytes > start)
			protection = (header->p_flags & PF_R ? PROT_READ : 0) |
				     (header->p_flags & PF_W ? PROT_WRITE : 0) |
				     (header->p_flags & PF_X ? PROT_EXEC : 0);
	}
	return protection;
}

static bool protect(const struct page *page, int protection)
{
	return !syscall(SYS_mprotect, page->start, page->bytes, protection);
}

bool recoat_slot_write(const struct recoat_module *module, uint64_t slot, uint64_t value)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	const struct page page = {.start = slot & ~(bytes - 1), .bytes = bytes};
	int protection = protection_of(module, &page);
	bool writable = protection & PROT_WRITE;
	uint64_t before = *(const uint64_t *)slot;

	if (!writable && !protect(&page, protection | PROT_WRITE))
		return false;
	__atomic_store_n((uint64_t *)slot, value, __ATOMIC_RELEASE);
	if (writable || protect(&page, protection))
		return true;
	__atomic_store_n((uint64_t *)slot, before, __ATOMIC_RELEASE);
	return false;
}
