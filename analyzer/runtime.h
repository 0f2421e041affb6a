/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime, librecoat.so: where it is, what it is told, and whether it will like it. */
#ifndef RECOAT_RUNTIME_H
#define RECOAT_RUNTIME_H

#include "kernels/catalogue.h"

struct recoat_error;

/*
 * The runtime's file: $RECOAT_LIBRARY, else ../lib/librecoat.so beside this program, else the
 * one that was installed. Sets `*library`, for the caller to free. LD_PRELOAD takes no path
 * with a blank or a colon, so such a one is refused.
 */
int recoat_runtime_find(char **library, struct recoat_error *error);

/*
 * Will the runtime take these? `kernels` are globs separated by commas, each of which must
 * match a kernel of a catalogue; `heap` is a level, `cpu` a rate of samples, `spans` a
 * mode. NULL stands for what the environment says, which is then checked instead. All
 * catalogues must be well formed.
 */
int recoat_runtime_check(const char *kernels, const char *heap, const char *cpu, const char *spans,
			 struct recoat_error *error);

/* What the runtime is told; NULL leaves the environment's. */
struct recoat_runtime_settings {
	const char *library;
	const char *output; /* An absolute path. */
	const char *kernels;
	const char *heap;
	const char *cpu;
	const char *spans;
	const char *plugins;
};

/*
 * This process's environment with these settings in it, and full names in its lists of directories;
 * the process ends or execs with it.
 */
char **recoat_runtime_environment(const struct recoat_runtime_settings *settings);

/*
 * The catalogues that the runtime will find: recoat_catalogue_load_each(). A directory that the
 * user named must be one. 0, or negative with `error` filled.
 */
int recoat_runtime_catalogues(struct recoat_catalogue *catalogue, recoat_catalogue_took *took,
			      void *user, struct recoat_error *error);

#endif
