/* SPDX-License-Identifier: Apache-2.0 */
/* The one thunk behind every caught entry point, and the stubs that lead to it. */

/*
 * A stub pushes its link's number and jumps to the thunk. The thunk makes an ordinary frame with
 * ordinary CFI, so that backtraces, debuggers and exceptions see one more caller; it passes as
 * many words of stack arguments on as recoat_span_begin() says, and calls what that returned.
 * Its personality routine ends the span when an exception or a cancellation unwinds through it.
 *
 * Every general register and xmm0 to xmm15 come through as if the function had been called
 * directly, not only those of arguments and results: within one translation unit a compiler
 * knows which registers a callee changes (-fipa-ra of GCC, at -O2) and keeps values in the
 * others, whatever the ABI says. The rest of the vector registers is left alone by the code in
 * between, or kept by it (vectors.h), and so are x87 registers, which nothing there uses.
 *
 * Frame, from rbp:
 *     0  the caller's rbp, the link's number, the return address, stack arguments
 *    -8  the function to call
 *  -264  xmm0 to xmm15
 *  -336  struct recoat_call: rdi rsi rdx rcx r8 r9, return address, caller's rsp, rbp
 *  -360  rax r10 r11
 * and below, at rsp when it is called, the stack arguments' copy, rounded up to 16 bytes.
 */

#define STUBS 1024
#define FRAME 360
#define LINK_BYTES 40 /* sizeof(struct recoat_link), and where its fields stand. */
#define LINK_TARGET 8
#define LINK_BIT 32

	.macro	save_registers
	movq	%rdi, -336(%rbp)
	movq	%rsi, -328(%rbp)
	movq	%rdx, -320(%rbp)
	movq	%rcx, -312(%rbp)
	movq	%r8, -304(%rbp)
	movq	%r9, -296(%rbp)
	movq	%rax, -360(%rbp)
	movq	%r10, -352(%rbp)
	movq	%r11, -344(%rbp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	%xmm\n, -264 + 16 * \n(%rbp)
	.endr
	.endm

	.macro	restore_registers
	movq	-336(%rbp), %rdi
	movq	-328(%rbp), %rsi
	movq	-320(%rbp), %rdx
	movq	-312(%rbp), %rcx
	movq	-304(%rbp), %r8
	movq	-296(%rbp), %r9
	movq	-360(%rbp), %rax
	movq	-352(%rbp), %r10
	movq	-344(%rbp), %r11
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	-264 + 16 * \n(%rbp), %xmm\n
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

/* Of links that are not measured: straight on, to wherever the link leads now. */
	.globl	recoat_straight_stubs
	.hidden	recoat_straight_stubs
	.type	recoat_straight_stubs, @function
	.balign	16
recoat_straight_stubs:
	.cfi_startproc
	.set	number, 0
	.rept	STUBS
	.balign	16
	endbr64
	jmp	*recoat_links + LINK_BYTES * number + LINK_TARGET(%rip)
	.set	number, number + 1
	.endr
	.cfi_endproc
	.size	recoat_straight_stubs, . - recoat_straight_stubs

	.balign	16
	.type	recoat_thunk, @function
recoat_thunk:
	.cfi_startproc
	.cfi_personality 0x9b, DW.ref.recoat_thunk_personality
	.cfi_def_cfa_offset 16
	cmpb	$0, recoat_spans_off(%rip)
	jne	recoat_dispatch
	pushq	%rbp
	.cfi_def_cfa_offset 24
	.cfi_offset %rbp, -24
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$FRAME, %rsp

	save_registers
	movq	16(%rbp), %rax
	movq	%rax, -288(%rbp)
	leaq	24(%rbp), %rax
	movq	%rax, -280(%rbp)
	movq	(%rbp), %rax
	movq	%rax, -272(%rbp)

	movl	8(%rbp), %edi
	leaq	-336(%rbp), %rsi
	call	recoat_span_begin
	movq	%rax, -8(%rbp)

/* rdx: pairs of stack words. From the last pair down to the first. */
	movq	%rdx, %rax
	shlq	$4, %rax
	subq	%rax, %rsp
	testq	%rax, %rax
	jz	2f
1:	movups	8(%rbp, %rax), %xmm0
	movaps	%xmm0, -16(%rsp, %rax)
	subq	$16, %rax
	jnz	1b
2:	restore_registers
	call	*-8(%rbp)

	save_registers
	movl	8(%rbp), %edi
	leaq	-336(%rbp), %rsi
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

/* Nothing is measured: jump to the link of the chain that serves, as recoat_link_serving() has it. */
	.balign	16
	.type	recoat_dispatch, @function
recoat_dispatch:
	.cfi_startproc
	.cfi_def_cfa_offset 16
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	movq	recoat_chain_word(%rip), %rax
	movl	(%rax), %eax
	orl	$0x80000000, %eax
	imulq	$LINK_BYTES, 16(%rsp), %rcx
	pushq	%rdx
	.cfi_adjust_cfa_offset 8
	leaq	recoat_links(%rip), %rdx
	addq	%rdx, %rcx
1:	testl	%eax, LINK_BIT(%rcx)
	jz	2f
	movq	LINK_TARGET(%rcx), %rdx
	testq	%rdx, %rdx
	jnz	3f
2:	addq	$LINK_BYTES, %rcx
	jmp	1b
3:	movq	%rdx, 24(%rsp)
	popq	%rdx
	.cfi_adjust_cfa_offset -8
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	popq	%rax
	.cfi_adjust_cfa_offset -8
	leaq	8(%rsp), %rsp
	.cfi_adjust_cfa_offset -8
	jmp	*-8(%rsp) /* In the red zone, which signal handlers leave alone. */
	.cfi_endproc
	.size	recoat_dispatch, . - recoat_dispatch

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
