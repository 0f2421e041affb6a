/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions whose call frame information is right and that our own unwinder cannot represent.
 * Each calls its first argument with the second: void odd_NAME(void (*call)(void *), void *).
 */
	.text

	.macro	begin name
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	.endm
	.macro	end name
	.cfi_endproc
	.size	\name, . - \name
	.endm
	.macro	push_saved register
	pushq	%\register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %\register, 0
	.endm
	.macro	pop_saved register
	popq	%\register
	.cfi_adjust_cfa_offset -8
	.cfi_restore %\register
	.endm
	.macro	call_first
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	.endm

/* The CFA hangs from rbx. */
begin odd_cfa_register
	push_saved rbx
	movq	%rsp, %rbx
	.cfi_def_cfa_register %rbx
	call_first
	.cfi_def_cfa_register %rsp
	pop_saved rbx
	ret
end odd_cfa_register

/* The CFA is loaded from where r12 points: DW_OP_breg12 0, DW_OP_deref. */
begin odd_cfa_expression
	push_saved r12
	leaq	16(%rsp), %rax
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	movq	%rsp, %r12
	subq	$8, %rsp
	.cfi_escape 0x0f, 3, 0x7c, 0, 0x06
	.cfi_offset %r12, -16
	call_first
	addq	$16, %rsp
	.cfi_def_cfa %rsp, 16
	pop_saved r12
	ret
end odd_cfa_expression

/* The caller's sp is r13 + 16, a value and not a place: DW_CFA_val_expression, DW_OP_breg13 16. */
begin odd_value
	push_saved r13
	movq	%rsp, %r13
	.cfi_escape 0x16, 7, 2, 0x7d, 16
	call_first
	.cfi_escape 0x08, 7
	pop_saved r13
	ret
end odd_value

/* The return address is in r14, DW_CFA_register. */
begin odd_return
	push_saved r14
	movq	8(%rsp), %r14
	.cfi_register %rip, %r14
	movq	$0, 8(%rsp)
	call_first
	movq	%r14, 8(%rsp)
	.cfi_offset %rip, -8
	pop_saved r14
	ret
end odd_return

/* The caller's rbp is in r15, DW_CFA_register; who has a frame pointer needs it. */
begin odd_base
	push_saved r15
	movq	%rbp, %r15
	.cfi_register %rbp, %r15
	xorl	%ebp, %ebp
	call_first
	movq	%r15, %rbp
	.cfi_restore %rbp
	pop_saved r15
	ret
end odd_base

	.section .note.GNU-stack, "", @progbits
