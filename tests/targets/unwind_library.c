/* SPDX-License-Identifier: Apache-2.0 */
/* The same code at the same addresses, with a small or (UNWIND_LARGE) a large frame. */

/*
 * To be built twice. unwind_library_entry(visit, word) stores `word` in its frame: in the large
 * one at the place where the small one has its return address.
 */
#ifdef UNWIND_LARGE
#define UNWIND_FRAME 0x208
#define UNWIND_PLACE 0x108
#else
#define UNWIND_FRAME 0x108
#define UNWIND_PLACE 0x100
#endif
#define TEXT(x) #x
#define STRING(x) TEXT(x)

__asm__(".text\n"
	".globl unwind_library_entry\n"
	".type unwind_library_entry, @function\n"
	"unwind_library_entry:\n"
	"	.cfi_startproc\n"
	"	sub $" STRING(UNWIND_FRAME) ", %rsp\n"
	"	.cfi_adjust_cfa_offset " STRING(UNWIND_FRAME) "\n"
	"	mov %rsi, " STRING(UNWIND_PLACE) "(%rsp)\n"
	"	call *%rdi\n"
	"	add $" STRING(UNWIND_FRAME) ", %rsp\n"
	"	.cfi_adjust_cfa_offset -" STRING(UNWIND_FRAME) "\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size unwind_library_entry, . - unwind_library_entry\n");
