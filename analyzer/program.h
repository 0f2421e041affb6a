/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: where a command's file is, and whether LD_PRELOAD can work in it. */
#ifndef RECOAT_PROGRAM_H
#define RECOAT_PROGRAM_H

struct recoat_error;

/*
 * The file that a shell would run for `name`: itself if it has a slash, else the first
 * executable of that name in `path` (directories separated by colons; NULL stands for the
 * system's default). For the caller to free. NULL with `error` filled and `*status` set to
 * RECOAT_EXIT_NOT_FOUND or RECOAT_EXIT_CANNOT_RUN.
 */
char *recoat_program_find(const char *name, const char *path, int *status,
			  struct recoat_error *error);

/*
 * Can the runtime be preloaded into `file`? Scripts are followed to their interpreters. 0;
 * -ENOEXEC if the kernel would not run it; or -ENOTSUP for what cannot be preloaded into:
 * another CPU, no dynamic loader, another loader than glibc's, or more rights than the
 * caller has, in which case the loader ignores LD_PRELOAD.
 */
int recoat_program_check(const char *file, struct recoat_error *error);

#endif
