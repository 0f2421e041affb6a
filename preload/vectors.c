/* SPDX-License-Identifier: Apache-2.0 */
/* Saving vector registers with XSAVE; see vectors.h. */
#include "preload/vectors.h"

#include <cpuid.h>

#define LEGACY_BYTES 512
#define HEADER_BYTES 64
/* AVX, and of AVX-512 the mask registers, the upper halves of zmm0 to 15, and zmm16 to 31. */
#define COMPONENTS 0xE4u
#define OSXSAVE (1u << 27)

__thread struct recoat_vectors *recoat_vectors_area;

static uint32_t components; /* Those of COMPONENTS that the system has switched on. */

void recoat_vectors_init(void)
{
	uint32_t a, b, c, d, low, high;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE))
		return;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	components = low & COMPONENTS;
}

/* Neither XSAVE nor whoever had the area before has cleared what XRSTOR wants to be zero. */
static void clear_header(struct recoat_vectors *area)
{
	volatile uint64_t *header = (volatile uint64_t *)(area->image + LEGACY_BYTES);

	for (unsigned i = 0; i < HEADER_BYTES / sizeof *header; i++)
		header[i] = 0;
}

void recoat_vectors_save_now(struct recoat_vectors *area)
{
	if (!components)
		return;
	clear_header(area);
	__asm__ volatile("xsave %0" : "+m"(area->image) : "a"(components), "d"(0));
	area->saved = true;
}

void recoat_vectors_restore(struct recoat_vectors *area)
{
	__asm__ volatile("xrstor %0" : : "m"(area->image), "a"(components), "d"(0) : "memory");
	area->saved = false;
}
