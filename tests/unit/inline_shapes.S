/* SPDX-License-Identifier: Apache-2.0 */
/* See inline_shapes.h. Each function stands alone on its 64 bytes, padded with int3. */

#define LATE 0xee /* What stands where only a wrong jump could lead. */

	.macro	shape name, refusal
	.section .rodata.str, "aMS", @progbits, 1
.Lname_\name:
	.asciz	"\name"
.Lrefusal_\name:
	.ifnb	\refusal
	.asciz	"\refusal"
	.endif
	.section .data.rel.ro.local.shapes, "aw", @progbits
	.quad	.Lname_\name, \name, .Lend_\name - \name
	.ifnb	\refusal
	.quad	.Lrefusal_\name
	.else
	.quad	0
	.endif
	.text
	.balign	64, 0xcc
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	.endm

	.macro	ends name
.Lend_\name:
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.section .data.rel.ro.local.shapes, "aw", @progbits
	.balign	8
	.globl	inline_shapes
inline_shapes:

	/* ---- Can be hooked. ---- */

	shape	frame
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	mov	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	lea	(%rdi, %rsi, 2), %rax
	pop	%rbp
	.cfi_def_cfa %rsp, 8
	ret
	ends	frame

	shape	protected_frame
	endbr64
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	mov	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	lea	7(%rdi, %rsi), %rax
	leave
	.cfi_def_cfa %rsp, 8
	ret
	ends	protected_frame

	shape	one_long
	mov	$0x11223344, %eax
	add	%rdi, %rax
	ret
	ends	one_long

	shape	five_pushes
	push	%rbx
	.cfi_def_cfa_offset 16
	push	%rbp
	.cfi_def_cfa_offset 24
	push	%rdi
	.cfi_def_cfa_offset 32
	push	%rsi
	.cfi_def_cfa_offset 40
	push	%rdx
	.cfi_def_cfa_offset 48
	mov	8(%rsp), %rax
	sub	16(%rsp), %rax
	add	$24, %rsp
	.cfi_def_cfa_offset 24
	pop	%rbp
	.cfi_def_cfa_offset 16
	pop	%rbx
	.cfi_def_cfa_offset 8
	ret
	ends	five_pushes

	shape	long_last
	push	%rbx
	.cfi_def_cfa_offset 16
	push	%rbp
	.cfi_def_cfa_offset 24
	xchg	%ebx, %ebx
	movabs	$0x123456789abcdef0, %rax
	pop	%rbp
	.cfi_def_cfa_offset 16
	pop	%rbx
	.cfi_def_cfa_offset 8
	ret
	ends	long_last

	shape	rip_load
	mov	numbers(%rip), %rax
	add	%rdi, %rax
	ret
	ends	rip_load

	shape	rip_lea_late
	xor	%eax, %eax
	lea	numbers + 8(%rip), %rdx
	mov	(%rdx, %rax), %rax
	ret
	ends	rip_lea_late

	shape	rip_with_immediate
	cmpl	$41, numbers(%rip)
	sete	%al
	movzbl	%al, %eax
	ret
	ends	rip_with_immediate

	shape	rip_vex
	vmovsd	numbers(%rip), %xmm0
	vmovq	%xmm0, %rax
	ret
	ends	rip_vex

	shape	short_jump
	jmp	1f
	.fill	3, 1, LATE
1:	lea	3(%rdi), %rax
	ret
	ends	short_jump

	shape	tail_call
	jmp	one_long
	ends	tail_call

	shape	tail_call_by_pointer
	jmp	*pointer(%rip)
	ends	tail_call_by_pointer

	shape	short_conditional
	test	%edi, %edi
	je	1f
	mov	%rdi, %rax
	ret
1:	mov	%rsi, %rax
	ret
	ends	short_conditional

	shape	two_conditionals
	test	%edi, %edi
	js	1f
	jne	2f
	lea	5(%rsi), %rax
	ret
1:	mov	$1, %eax
	ret
2:	mov	$2, %eax
	ret
	ends	two_conditionals

	shape	near_conditional
	test	%rdi, %rdi
	{disp32} jne 1f
	mov	$9, %eax
	ret
1:	mov	%rdi, %rax
	ret
	ends	near_conditional

	shape	aligned_stack
	lea	8(%rsp), %r10
	and	$-64, %rsp
	push	-8(%r10)
	push	%r10
	lea	(%rdi, %rsi), %rax
	pop	%r10
	lea	-8(%r10), %rsp
	ret
	ends	aligned_stack

	shape	short_but_padded
	mov	%rdi, %rax
	ret
	ends	short_but_padded

	shape	early_return
	mov	%rdi, %rax
	ret
	nopl	(%rax)
	ret
	ends	early_return

	shape	recursive
	sub	$24, %rsp
	.cfi_def_cfa_offset 32
	mov	$1, %eax
	and	$15, %edi
	je	1f
	mov	%rdi, 8(%rsp)
	dec	%rdi
	call	recursive
	add	8(%rsp), %rax
1:	add	$24, %rsp
	.cfi_def_cfa_offset 8
	ret
	ends	recursive

	shape	through_register
	lea	(%rdi, %rsi), %rax
	pop	%rcx
	.cfi_def_cfa_offset 0
	.cfi_register %rip, %rcx
	notrack jmp *%rcx
	ends	through_register

	/* ---- Refused. ---- */

	shape	call_first, "a call is among its first instructions"
	push	%rax
	.cfi_def_cfa_offset 16
	call	one_long
	pop	%rcx
	.cfi_def_cfa_offset 8
	ret
	ends	call_first

	shape	call_by_pointer, "a call is among its first instructions"
	call	*pointer(%rip)
	ret
	ends	call_by_pointer

	shape	call_next, "a call is among its first instructions"
	call	1f
1:	pop	%rax
	ret
	ends	call_next

	shape	loop_first, "a loop instruction is among its first ones"
	mov	%edi, %ecx
	loop	1f
	mov	$1, %eax
1:	ret
	ends	loop_first

	shape	rcx_test, "a loop instruction is among its first ones"
	jrcxz	1f
	mov	$1, %eax
1:	ret
	ends	rcx_test

	shape	breakpoint, "a breakpoint or trap is among its first instructions"
	int3
	mov	%rdi, %rax
	ret
	ends	breakpoint

	shape	breakpoint_later, "a breakpoint or trap is among its first instructions"
	mov	%rdi, %rax
	int3
	ret
	ends	breakpoint_later

	shape	undefined_first, "a breakpoint or trap is among its first instructions"
	ud2
	ret
	.fill	8, 1, 0x90
	ends	undefined_first

	shape	too_short, "it ends before there is room for a jump"
	mov	%rdi, %rax
	ret
	ends	too_short
	.globl	not_padding
not_padding:
	.byte	0x48, 0x89, 0xf0, 0xc3 /* A neighbour without a name. */

	.balign	64, 0xcc
	.globl	of_unknown_size
of_unknown_size:
	.byte	0x48, 0x89, 0xf0 /* mov %rsi, %rax */
	add	%rdi, %rax
	ret
	.globl	long_of_unknown_size
long_of_unknown_size:
	lea	0x12345(%rdi), %rax
	ret

	shape	runs_out, "it ends before there is room for a jump"
	mov	%rdi, %rax
	ends	runs_out
	ret

	shape	branch_into_it, "a branch leads into the bytes to be overwritten"
	mov	%edi, %eax
1:	dec	%eax
	nop
	test	%eax, %eax
	jg	1b
	ret
	ends	branch_into_it

	shape	jumps_within, "a branch leads into the bytes to be overwritten"
	jmp	1f
	nop
1:	mov	%rdi, %rax
	ret
	ends	jumps_within

	shape	reads_itself, "a branch leads into the bytes to be overwritten"
	mov	%rdi, %rax
	lea	reads_itself + 2(%rip), %rcx
	mov	(%rcx), %eax
	ret
	ends	reads_itself

	shape	loops_back, "it jumps back to its first instruction"
	inc	%rax
	cmp	%rdi, %rax
	jne	loops_back
	ret
	ends	loops_back

	shape	cold_part, "a branch leads into the bytes to be overwritten"
	mov	%rdi, %rax
	mov	%rsi, %rcx
	jmp	cold
	ends	cold_part

	shape	undecodable, "not all of it can be decoded"
	mov	%rdi, %rax
	mov	%rsi, %rcx
	ret
	.byte	0x06, 0x0e, 0x16
	ends	undecodable

	shape	narrow_address, "one of its first instructions has a 32-bit address"
	mov	numbers(%eip), %eax
	ret
	ends	narrow_address

	shape	hooked_by_other, "somebody else has hooked it already"
	jmp	*1f(%rip)
1:	.quad	0x123456789abc
	ends	hooked_by_other

	.section .data.rel.ro.local.shapes, "aw", @progbits
	.quad	0, 0, 0, 0

	.text
	.balign	64, 0xcc
	.skip	65536, 0xcc
cold:	{disp32} jmp cold_part + 3

	/* inline_call(function, registers): see inline_shapes.h. */
	.globl	inline_call
	.type	inline_call, @function
inline_call:
	.cfi_startproc
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	push	%rbx
	.cfi_def_cfa_offset 24
	.cfi_offset %rbx, -24
	push	%r12
	.cfi_def_cfa_offset 32
	push	%r13
	.cfi_def_cfa_offset 40
	push	%r14
	.cfi_def_cfa_offset 48
	push	%r15
	.cfi_def_cfa_offset 56
	push	%rsi
	.cfi_def_cfa_offset 64
	mov	%rdi, %r11
	mov	8(%rsi), %rdx
	mov	16(%rsi), %rcx
	mov	24(%rsi), %rbx
	mov	32(%rsi), %rbp
	mov	48(%rsi), %rdi
	mov	56(%rsi), %r8
	mov	64(%rsi), %r9
	mov	72(%rsi), %r10
	mov	80(%rsi), %r12
	mov	88(%rsi), %r13
	mov	96(%rsi), %r14
	mov	104(%rsi), %r15
	movq	112(%rsi), %xmm0
	mov	(%rsi), %rax
	mov	40(%rsi), %rsi
	call	*%r11
	xchg	(%rsp), %rsi
	mov	%rax, (%rsi)
	mov	%rdx, 8(%rsi)
	mov	%rcx, 16(%rsi)
	mov	%rbx, 24(%rsi)
	mov	%rbp, 32(%rsi)
	mov	%rdi, 48(%rsi)
	mov	%r8, 56(%rsi)
	mov	%r9, 64(%rsi)
	mov	%r10, 72(%rsi)
	mov	%r12, 80(%rsi)
	mov	%r13, 88(%rsi)
	mov	%r14, 96(%rsi)
	mov	%r15, 104(%rsi)
	movq	%xmm0, 112(%rsi)
	pop	40(%rsi)
	.cfi_def_cfa_offset 56
	pop	%r15
	.cfi_def_cfa_offset 48
	pop	%r14
	.cfi_def_cfa_offset 40
	pop	%r13
	.cfi_def_cfa_offset 32
	pop	%r12
	.cfi_def_cfa_offset 24
	pop	%rbx
	.cfi_def_cfa_offset 16
	pop	%rbp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	inline_call, . - inline_call

	.data
	.balign	8
numbers:
	.quad	41, 0x0123456789abcdef
pointer:
	.quad	one_long

	.section .note.GNU-stack, "", @progbits
