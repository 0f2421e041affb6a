/* SPDX-License-Identifier: Apache-2.0 */
/* The one thunk behind every caught entry point, and the stubs that lead to it. */

/*
 * A stub puts its link's number into r11, which the ABI leaves to code between a call and
 * its target, and jumps to the thunk. The thunk makes an ordinary frame with ordinary CFI,
 * so that backtraces, debuggers and exceptions see one more caller; it keeps the argument
 * registers over recoat_span_begin(), passes 64 bytes of stack arguments on, calls what
 * that returned, and keeps the result registers over recoat_span_end(). Its personality
 * routine ends the span when an exception or a cancellation unwinds through it.
 *
 * Frame, from rsp:
 *     0  stack arguments for the function called, 64 bytes
 *    64  struct recoat_call: rdi rsi rdx rcx r8 r9, return address, caller's rsp, rbp
 *   136  rax on entry (the number of vector arguments of a variadic function)
 *   144  xmm0 to xmm7
 *   272  the link's number
 *   280  padding
 */

#define STUBS 1024
#define FRAME 280

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
	movl	$number, %r11d
	jmp	recoat_thunk
	.set	number, number + 1
	.endr
	.cfi_endproc
	.size	recoat_stubs, . - recoat_stubs

	.balign	16
	.type	recoat_thunk, @function
recoat_thunk:
	.cfi_startproc
	.cfi_personality 0x9b, DW.ref.recoat_thunk_personality
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq	$(FRAME + 8), %rsp

	movq	%rdi, 64(%rsp)
	movq	%rsi, 72(%rsp)
	movq	%rdx, 80(%rsp)
	movq	%rcx, 88(%rsp)
	movq	%r8, 96(%rsp)
	movq	%r9, 104(%rsp)
	movq	8(%rbp), %rcx
	movq	%rcx, 112(%rsp)
	leaq	16(%rbp), %rcx
	movq	%rcx, 120(%rsp)
	movq	(%rbp), %rcx
	movq	%rcx, 128(%rsp)
	movq	%rax, 136(%rsp)
	movups	%xmm0, 144(%rsp)
	movups	%xmm1, 160(%rsp)
	movups	%xmm2, 176(%rsp)
	movups	%xmm3, 192(%rsp)
	movups	%xmm4, 208(%rsp)
	movups	%xmm5, 224(%rsp)
	movups	%xmm6, 240(%rsp)
	movups	%xmm7, 256(%rsp)
	movq	%r11, 272(%rsp)

	movl	%r11d, %edi
	leaq	64(%rsp), %rsi
	call	recoat_span_begin
	movq	%rax, %r11

	movups	16(%rbp), %xmm0
	movups	32(%rbp), %xmm1
	movups	48(%rbp), %xmm2
	movups	64(%rbp), %xmm3
	movups	%xmm0, 0(%rsp)
	movups	%xmm1, 16(%rsp)
	movups	%xmm2, 32(%rsp)
	movups	%xmm3, 48(%rsp)

	movq	64(%rsp), %rdi
	movq	72(%rsp), %rsi
	movq	80(%rsp), %rdx
	movq	88(%rsp), %rcx
	movq	96(%rsp), %r8
	movq	104(%rsp), %r9
	movq	136(%rsp), %rax
	movups	144(%rsp), %xmm0
	movups	160(%rsp), %xmm1
	movups	176(%rsp), %xmm2
	movups	192(%rsp), %xmm3
	movups	208(%rsp), %xmm4
	movups	224(%rsp), %xmm5
	movups	240(%rsp), %xmm6
	movups	256(%rsp), %xmm7
	call	*%r11

	movq	%rax, 64(%rsp)
	movq	%rdx, 72(%rsp)
	movups	%xmm0, 80(%rsp)
	movups	%xmm1, 144(%rsp)
	movl	272(%rsp), %edi
	leaq	64(%rsp), %rsi
	call	recoat_span_end
	movq	64(%rsp), %rax
	movq	72(%rsp), %rdx
	movups	80(%rsp), %xmm0
	movups	144(%rsp), %xmm1

	leave
	.cfi_def_cfa %rsp, 8
	.cfi_restore %rbp
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
