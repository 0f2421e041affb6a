/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin ABI: implementations that recoat swaps into unmodified programs. */
#ifndef RECOAT_PLUGIN_H
#define RECOAT_PLUGIN_H

/*
 * A plugin NAME is a shared object NAME.so that defines one constant, `recoat_plugin`. With
 * RECOAT_PLUGINS=NAME, librecoat.so opens it in the target and leads calls of kernels through
 * the functions that it brings, outermost plugin first, the target's own function last. What
 * needs more libraries for some ABI stands in NAME-ABITAG.so, an object of the same form, which
 * is opened when a kernel of that ABI tag has been found in the process.
 *
 * Everything here is called inside somebody else's program: never exit, abort, print to
 * stdout, change signal handlers, the locale, the floating-point environment or the working
 * directory, nor keep a descriptor open that a caller may notice.
 *
 * Structs that begin with their size may grow at the end, so that either side knows how much the
 * other one has; the others stay as they are while RECOAT_PLUGIN_ABI_OLDEST is 1. The page
 * docs/plugin-abi.md says the same in more words, docs/tutorial-plugin.md writes a plugin.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RECOAT_PLUGIN_ABI 2        /* What this header describes. */
#define RECOAT_PLUGIN_ABI_OLDEST 1 /* Plugins made for this one or later still work with it. */

/* ---- What the host offers. ---- */

/* A named number of a plugin's, which lands in the recording. */
struct recoat_plugin_counter;

/* An entry point that was found. Valid for the life of the process. */
struct recoat_plugin_kernel {
	uint32_t struct_size;
	uint32_t reserved;
	const char *name;      /* For example signal_mapping.idw. */
	const char *abi;       /* For example amqadf-c. */
	const char *operation; /* For example interpolation. */
	const char *symbol;    /* As the program has it, mangled if it is. */
};

/* A result that is not what it should be, as the plugin `verify` finds them. */
struct recoat_plugin_mismatch {
	uint32_t struct_size;
	uint32_t swap;       /* Index into recoat_plugin.swaps. */
	uint64_t size;       /* The problem size N of the call, 0 if unknown. */
	uint64_t values;     /* Compared, */
	uint64_t differing;  /* and how many of those were out of tolerance. */
	double max_absolute; /* Largest abs(found - expected), */
	double max_relative; /* and largest abs(found - expected) / abs(expected). */
	const char *what;    /* The first that differs, in a few words; may be NULL. */
};

/*
 * The host, one for each object, valid for the life of the process. `host` below is this
 * struct. Unless said otherwise a function may be called from init() on, by any thread, not
 * by signal handlers; none of them fails, blocks for long, throws or changes errno.
 */
struct recoat_plugin_host {
	uint32_t struct_size;
	uint32_t abi; /* RECOAT_PLUGIN_ABI of the host. */

	/*
	 * Say one line, without a newline: on stderr during init(), into the recording from then
	 * on. It is copied, and cut at 1,000 bytes.
	 */
	void (*log)(const struct recoat_plugin_host *host, const char *line);

	/*
	 * A counter, 0 at first. `name` (letters, digits, _) is kept, not copied. Asking for the
	 * same name again gives the same counter. In init() only. Never NULL: a plugin may have 32,
	 * what is beyond is counted nowhere.
	 */
	struct recoat_plugin_counter *(*counter)(const struct recoat_plugin_host *host,
						 const char *name);

	/* Add `change`, which may be negative. Wait-free, async-signal-safe. */
	void (*count)(struct recoat_plugin_counter *counter, int64_t change);

	/*
	 * The plugin now holds `change` bytes more (or fewer) for itself: a cache, scratch kept
	 * between calls. Shown as the counters memory and memory_peak. Wait-free,
	 * async-signal-safe.
	 */
	void (*memory)(const struct recoat_plugin_host *host, int64_t change);

	/* The entry point that swap number `swap` was put before, NULL while there is none. */
	const struct recoat_plugin_kernel *(*kernel)(const struct recoat_plugin_host *host,
						     uint32_t swap);

	/* Record a mismatch and count it. Strings are copied. */
	void (*mismatch)(const struct recoat_plugin_host *host,
			 const struct recoat_plugin_mismatch *mismatch);

	/* ---- Since ABI 2. A plugin whose abi_needed is less asks RECOAT_HOST_HAS() first. ---- */

	/*
	 * Work of a plugin's own threads for a call. The thread that the call came to asks for
	 * its number, which is 0 if it is not recorded, and hands it on. From work_begin() to
	 * work_end() the CPU time of the thread that calls these is that call's, also in what is
	 * around it. The call returns only when all have called work_end(). One call at a time.
	 */
	uint64_t (*call)(const struct recoat_plugin_host *host);
	void (*work_begin)(const struct recoat_plugin_host *host, uint64_t call);
	void (*work_end)(const struct recoat_plugin_host *host);

	/*
	 * Call act(data) with nothing recorded of what the thread does in it, neither kernels nor
	 * memory; host functions do nothing there. It must return, and free what it allocates.
	 */
	void (*quietly)(const struct recoat_plugin_host *host, void (*act)(void *data), void *data);
};

#define RECOAT_HOST_HAS(host, function)                                                            \
	((host)->struct_size >=                                                                    \
	 offsetof(struct recoat_plugin_host, function) + sizeof((host)->function))

/* ---- What a plugin exports. ---- */

enum recoat_plugin_option_type {
	RECOAT_OPTION_BOOL = 1, /* yes no on off true false 1 0; a name alone is yes. */
	RECOAT_OPTION_INTEGER,  /* Decimal, with or without a sign. */
	RECOAT_OPTION_SIZE,     /* Bytes: decimal, with or without K, M or G (1024-fold) behind. */
	RECOAT_OPTION_REAL,     /* As in C, with a point whatever the locale. */
	RECOAT_OPTION_CHOICE,   /* One of `choices`. */
	RECOAT_OPTION_STRING,   /* Anything without a comma or a colon. */
};

/* Options are given behind the name: RECOAT_PLUGINS=verify:rate=0.1:on_mismatch=original */
struct recoat_plugin_option {
	const char *name; /* Letters, digits and _. */
	const char *summary;
	uint32_t type; /* enum recoat_plugin_option_type. */
	uint32_t reserved;
	const char *standard;    /* The default, as a user would write it; NULL: "". */
	double minimum, maximum; /* Of INTEGER, SIZE and REAL, both inclusive; equal: no limits. */
	const char *choices;     /* Of CHOICE: words separated by commas. */
};

/* What an option is to be; the member for its type is set. */
struct recoat_plugin_value {
	uint32_t given; /* 1: by the user, 0: it is the default. */
	uint32_t boolean;
	int64_t integer;
	uint64_t size;
	double real;
	uint32_t choice; /* Index of the word in `choices`. */
	uint32_t reserved;
	const char *text; /* Of every type, as written; valid for the life of the process. */
};

/* Any function, cast. */
typedef void (*recoat_plugin_function)(void);

/*
 * An implementation of one kernel. `function` has the kernel's own signature and contract. It
 * may be called by several threads at once, from init() having returned until the process ends.
 * When it declines it calls what `next` holds, with the same arguments, and returns that.
 */
struct recoat_plugin_swap {
	const char *kernel;
	const char *abi;
	recoat_plugin_function function;

	/*
	 * Addresses of two function pointers of the plugin's, or NULL. The host stores there
	 * the following implementation, which may be another plugin's, and the target's own
	 * function. Both have the kernel's signature, are set before the first call of `function`
	 * and stay until the module with the kernel is unloaded; if it comes again, they are
	 * set again. They may be called any number of times by any thread; each call is a span
	 * of its own in the recording. Like any call they may not return: throw, longjmp, be
	 * cancelled. Calling the kernel by its name instead would come back to `function`.
	 */
	void *next;
	void *original;
};

/* Before a fork; after it in the parent; after it in the child, which has one thread. */
enum recoat_plugin_fork {
	RECOAT_FORK_PREPARE = 1,
	RECOAT_FORK_PARENT,
	RECOAT_FORK_CHILD,
};

struct recoat_plugin {
	uint32_t struct_size; /* sizeof(struct recoat_plugin) */
	uint32_t abi;         /* RECOAT_PLUGIN_ABI when it was compiled. */
	uint32_t abi_needed;  /* The oldest host that it works with. */
	uint32_t reserved;
	const char *name; /* That of the file without -ABITAG.so; letters, digits and _. */
	const char *version;
	const char *summary; /* One line. */

	/*
	 * NAME.so declares all options. NAME-ABITAG.so declares those of the same that it needs; it
	 * is not told the others.
	 */
	const struct recoat_plugin_option *options;
	uint32_t option_count;
	uint32_t swap_count;
	const struct recoat_plugin_swap *swaps; /* Each kernel and ABI tag once. */

	/*
	 * Once, before any other function: values[i] is that of options[i], valid for the life of
	 * the process. NULL, or a sentence on why the plugin cannot serve, which is then shown and
	 * not freed, and nothing of the plugin is called again. The thread's own allocations
	 * meanwhile are not recorded. May be NULL. It may start threads, although a program that
	 * has but one sees the difference: better at the first call.
	 */
	const char *(*init)(const struct recoat_plugin_host *host,
			    const struct recoat_plugin_value *values);

	/*
	 * Once, when the process ends by itself (not through _exit or a signal), to write back what
	 * shall be kept. Other threads may still be running, also inside the plugin's functions,
	 * which must go on working. May be NULL.
	 */
	void (*fini)(void);

	/*
	 * Around fork(), by the thread that forks, as the functions of pthread_atfork(). A child
	 * keeps the plugins; threads of their own are not there any more. May be NULL.
	 */
	void (*fork)(enum recoat_plugin_fork moment);
};

/* The one symbol that the host looks up. A plugin defines it: const struct recoat_plugin ... */
extern __attribute__((visibility("default"))) const struct recoat_plugin recoat_plugin;

#ifdef __cplusplus
}
#endif

#endif
