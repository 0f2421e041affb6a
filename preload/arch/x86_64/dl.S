/* SPDX-License-Identifier: Apache-2.0 */
/* dlsym, dlopen and dlmopen, which hand on who called them. */

	.text

/*
 * dlsym(handle, name): RTLD_DEFAULT (0) and RTLD_NEXT (-1) mean something relative to the
 * caller, whom glibc knows by the return address, so those calls jump to the real function.
 */
	.globl	dlsym
	.type	dlsym, @function
	.balign	16
dlsym:
	.cfi_startproc
	endbr64
	leaq	1(%rdi), %rax
	cmpq	$1, %rax
	ja	recoat_dlsym
	subq	$24, %rsp
	.cfi_adjust_cfa_offset 24
	movq	%rdi, (%rsp)
	movq	%rsi, 8(%rsp)
	call	recoat_real_dlsym
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	addq	$24, %rsp
	.cfi_adjust_cfa_offset -24
	jmp	*%rax
	.cfi_endproc
	.size	dlsym, . - dlsym

/*
 * dlopen(file, mode): where the caller's own RPATH, RUNPATH or $ORIGIN may decide, the real
 * function must see the caller's return address; recoat_dlopen_jump() says so.
 */
	.globl	dlopen
	.type	dlopen, @function
	.balign	16
dlopen:
	.cfi_startproc
	endbr64
	subq	$24, %rsp
	.cfi_adjust_cfa_offset 24
	movq	%rdi, (%rsp)
	movq	%rsi, 8(%rsp)
	movq	24(%rsp), %rsi
	call	recoat_dlopen_jump
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	addq	$24, %rsp
	.cfi_adjust_cfa_offset -24
	testq	%rax, %rax
	jz	recoat_dlopen
	jmp	*%rax
	.cfi_endproc
	.size	dlopen, . - dlopen

/* dlmopen(namespace, file, mode): as dlopen. */
	.globl	dlmopen
	.type	dlmopen, @function
	.balign	16
dlmopen:
	.cfi_startproc
	endbr64
	subq	$24, %rsp
	.cfi_adjust_cfa_offset 24
	movq	%rdi, (%rsp)
	movq	%rsi, 8(%rsp)
	movq	%rdx, 16(%rsp)
	movq	%rsi, %rdi
	movq	24(%rsp), %rsi
	call	recoat_dlmopen_jump
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	movq	16(%rsp), %rdx
	addq	$24, %rsp
	.cfi_adjust_cfa_offset -24
	testq	%rax, %rax
	jz	recoat_dlmopen
	jmp	*%rax
	.cfi_endproc
	.size	dlmopen, . - dlmopen

	.section .note.GNU-stack, "", @progbits
