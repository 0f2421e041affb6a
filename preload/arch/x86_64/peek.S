/* SPDX-License-Identifier: Apache-2.0 */
/* A load that may fail. */

/*
 * bool recoat_peek_word(uint64_t address, uint64_t *to): where the one load faults, the handler
 * of fault.c goes on at recoat_peek_failed.
 */
	.text
	.globl	recoat_peek_word, recoat_peek_load, recoat_peek_failed
	.hidden	recoat_peek_word, recoat_peek_load, recoat_peek_failed
	.type	recoat_peek_word, @function
	.balign	16
recoat_peek_word:
	.cfi_startproc
	endbr64
recoat_peek_load:
	movq	(%rdi), %rax
	movq	%rax, (%rsi)
	movl	$1, %eax
	ret
recoat_peek_failed:
	xorl	%eax, %eax
	ret
	.cfi_endproc
	.size	recoat_peek_word, . - recoat_peek_word

	.section .note.GNU-stack, "", @progbits
