/* SPDX-License-Identifier: Apache-2.0 */
/* The one thunk behind every caught entry point, and the stubs that lead to it. */

/*
 * A stub pushes its link's number and jumps to the thunk. The thunk makes an ordinary frame with
 * ordinary CFI, so that backtraces, debuggers and exceptions see one more caller; it passes 64
 * bytes of stack arguments on and calls what recoat_span_begin() returned. Its personality routine
 * ends the span when an exception or a cancellation unwinds through it.
 *
 * Every general register and xmm0 to xmm15 come through as if the function had been called
 * directly, not only those of arguments and results: within one translation unit a compiler
 * knows which registers a callee changes (-fipa-ra of GCC, at -O2) and keeps values in the
 * others, whatever the ABI says. (The upper halves of ymm and zmm are not looked after.)
 *
 * Frame, from rsp:
 *     0  stack arguments for the function called, 64 bytes
 *    64  struct recoat_call: rdi rsi rdx rcx r8 r9, return address, caller's rsp, rbp
 *   136  rax r10 r11
 *   160  xmm0 to xmm15
 *   416  the function to call
 * and from rbp: the caller's rbp, the link's number, the return address.
 */

#define STUBS 1024
#define FRAME 424

	.macro	save_registers
	movq	%rdi, 64(%rsp)
	movq	%rsi, 72(%rsp)
	movq	%rdx, 80(%rsp)
	movq	%rcx, 88(%rsp)
	movq	%r8, 96(%rsp)
	movq	%r9, 104(%rsp)
	movq	%rax, 136(%rsp)
	movq	%r10, 144(%rsp)
	movq	%r11, 152(%rsp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	%xmm\n, 160 + 16 * \n(%rsp)
	.endr
	.endm

	.macro	restore_registers
	movq	64(%rsp), %rdi
	movq	72(%rsp), %rsi
	movq	80(%rsp), %rdx
	movq	88(%rsp), %rcx
	movq	96(%rsp), %r8
	movq	104(%rsp), %r9
	movq	136(%rsp), %rax
	movq	144(%rsp), %r10
	movq	152(%rsp), %r11
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	160 + 16 * \n(%rsp), %xmm\n
	.endr
	.endm

	.text

	.globl	recoat_stubs
	.hidden	recoat_stubs
	.type	recoat_stubs, @function
	.balign	16
recoat_stubs:
	.cfi_startproc
	.set	number, 0
	.rept	STUBS
	.balign	16
	endbr64
	pushq	$number
	.cfi_adjust_cfa_offset 8
	jmp	recoat_thunk
	.cfi_adjust_cfa_offset -8
	.set	number, number + 1
	.endr
	.cfi_endproc
	.size	recoat_stubs, . - recoat_stubs

	.balign	16
	.type	recoat_thunk, @function
recoat_thunk:
	.cfi_startproc
	.cfi_personality 0x9b, DW.ref.recoat_thunk_personality
	.cfi_def_cfa_offset 16
	pushq	%rbp
	.cfi_def_cfa_offset 24
	.cfi_offset %rbp, -24
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$FRAME, %rsp

	save_registers
	movq	16(%rbp), %rax
	movq	%rax, 112(%rsp)
	leaq	24(%rbp), %rax
	movq	%rax, 120(%rsp)
	movq	(%rbp), %rax
	movq	%rax, 128(%rsp)

	movl	8(%rbp), %edi
	leaq	64(%rsp), %rsi
	call	recoat_span_begin
	movq	%rax, 416(%rsp)

	movups	24(%rbp), %xmm0
	movups	40(%rbp), %xmm1
	movups	56(%rbp), %xmm2
	movups	72(%rbp), %xmm3
	movaps	%xmm0, 0(%rsp)
	movaps	%xmm1, 16(%rsp)
	movaps	%xmm2, 32(%rsp)
	movaps	%xmm3, 48(%rsp)
	restore_registers
	call	*416(%rsp)

	save_registers
	movl	8(%rbp), %edi
	leaq	64(%rsp), %rsi
	call	recoat_span_end
	restore_registers

	leave
	.cfi_def_cfa %rsp, 16
	.cfi_restore %rbp
	leaq	8(%rsp), %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	recoat_thunk, . - recoat_thunk

/* Where the unwinder finds the personality routine, without a relocation in .eh_frame. */
	.hidden	DW.ref.recoat_thunk_personality
	.weak	DW.ref.recoat_thunk_personality
	.section .data.rel.local.DW.ref.recoat_thunk_personality, "awG", @progbits, DW.ref.recoat_thunk_personality, comdat
	.balign	8
	.type	DW.ref.recoat_thunk_personality, @object
	.size	DW.ref.recoat_thunk_personality, 8
DW.ref.recoat_thunk_personality:
	.quad	recoat_thunk_personality

	.section .note.GNU-stack, "", @progbits
