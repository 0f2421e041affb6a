/* SPDX-License-Identifier: Apache-2.0 */
/* Catalogues: which functions are kernels, as data (DESIGN: "entry points as data"). */
#ifndef RECOAT_CATALOGUE_H
#define RECOAT_CATALOGUE_H

/*
 * A catalogue is an INI file, one section a kernel:
 *
 *   [signal_mapping.idw]
 *   operation   = signal mapping
 *   abi         = amqadf-c
 *   symbol      = amqadf_map_idw
 *   rtti        = N7mapping9IDWMapperE
 *   slot        = 2
 *   pybind      = GridFusion.fuse
 *   offset      = 5dc767c02e183bb9+0x1a40
 *   module      = libfusion*.so
 *   needs       = *7openvdb5v10_0*
 *   size        = arg0->u64[0]
 *   stack_words = 8
 *   all         = no
 *   hook        = auto
 *
 * `abi` and one of `symbol`, `rtti` with `slot`, `pybind` and `offset` are required; `symbol`
 * alone may be repeated, up to four times. Left out, operation is "other", size unknown,
 * stack_words 8, `all` "no" (else "yes"), `hook` "auto" (else "inline" or "slot"), any module
 * is looked into and need not import anything. Lines that begin with ; or # are comments, as is what follows " ;".
 * A line has at most 1279 bytes.
 *
 * The same kernel may stand in several sections of a file if their ABI tags differ. Everything
 * here is plain data of fixed size: nothing allocates on the heap, so that the parser can
 * run in any process, and a catalogue is freed by unmapping or forgetting it. The stack
 * taken is below 16 KiB. Parsing sets variables of inih's, so one thread may parse at a
 * time; everything else here may be called by any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_KERNELS_MAX 256
#define RECOAT_KERNEL_NAME_MAX 64
#define RECOAT_KERNEL_SYMBOLS_MAX 4
#define RECOAT_SYMBOL_MAX 1024 /* OpenVDB's mangled names reach 500 bytes. */
#define RECOAT_PYBIND_MAX 192
#define RECOAT_SIZE_TEXT_MAX 192
#define RECOAT_SLOT_MAX 4095
#define RECOAT_BUILD_ID_MAX 129 /* In hexadecimal, with the NUL. */
#define RECOAT_BUILD_ID_DIGITS_MIN 8
#define RECOAT_SIZE_STEPS_MAX 24
#define RECOAT_STACK_WORDS_DEFAULT 8
#define RECOAT_STACK_WORDS_MAX 64
#define RECOAT_ARGUMENTS_MAX 6 /* Those in integer registers: rdi rsi rdx rcx r8 r9. */

/* One step of a compiled size expression, for a stack machine of 64-bit words. */
struct recoat_size_step {
	uint8_t op;    /* enum recoat_size_op, private to size.c. */
	uint8_t width; /* For loads and cuts: bytes, 1, 2, 4 or 8. */
	uint16_t pad;
	uint32_t pad2;
	uint64_t operand; /* Constant, argument number, or byte offset of a load. */
};

/*
 * The problem size as an expression over the integer arguments:
 *
 *   sum     = product { ("+" | "-") product }
 *   product = value { ("*" | "/") value }
 *   value   = number | argN | "(" sum ")" | TYPE(sum) | vec(sum, NUMBER) , then any of
 *             ->TYPE[NUMBER]
 *   TYPE    = u8 u16 u32 u64 ptr
 *
 * `p->u32[3]` is the fourth 32-bit word at address p; `ptr` is a u64 that is meant to be
 * followed by another ->. `vec(p, 12)` is the length of the std::vector at address p whose
 * elements take 12 bytes: (p->u64[1] - p->u64[0]) / 12. `u32(arg0)` is an argument of 32 bits,
 * above which a register may hold anything. What passes below 0 or above 64 bits has no value.
 * Numbers are decimal, an index is below 2^32, parentheses nest up to 16 deep.
 */
struct recoat_size {
	uint32_t steps; /* 0: no expression. */
	bool loads;     /* Whether evaluation reads memory. */
	struct recoat_size_step step[RECOAT_SIZE_STEPS_MAX];
};

/* Reads `bytes` bytes at `address` of the process into `to`; false if that is not mapped. */
typedef bool recoat_size_read(uint64_t address, void *to, size_t bytes);

/* Which way of catching an entry asks for. */
enum recoat_hook_kind {
	RECOAT_HOOK_AUTO,   /* The first that can be done safely. */
	RECOAT_HOOK_INLINE, /* Only by its own code. */
	RECOAT_HOOK_SLOT,   /* Only by pointers to it. */
};

struct recoat_kernel {
	char name[RECOAT_KERNEL_NAME_MAX];
	char operation[RECOAT_KERNEL_NAME_MAX];
	char abi[RECOAT_KERNEL_NAME_MAX];
	char symbol[RECOAT_KERNEL_SYMBOLS_MAX][RECOAT_SYMBOL_MAX]; /* Exact names or globs. */
	uint32_t symbols;
	uint32_t stack_words; /* Words of stack arguments that are passed on; default 8. */
	bool all;             /* Take every match of a glob, not only a single one. */
	enum recoat_hook_kind hook;
	char module[RECOAT_KERNEL_NAME_MAX]; /* Glob over files' base names; "": any module. */
	char needs[RECOAT_KERNEL_NAME_MAX];  /* Glob over symbols, one imported; "": none. */
	char rtti[RECOAT_SYMBOL_MAX];        /* Mangled name of a type, without _ZTS; "": none. */
	uint32_t slot;                       /* Of its primary vtable, counted from 0. */
	char pybind[RECOAT_PYBIND_MAX];      /* Class.method or module.function; "": none. */
	char build_id[RECOAT_BUILD_ID_MAX];  /* For `offset`, maybe its beginning; "": none. */
	uint64_t offset;                     /* Address as the file numbers it. */
	char size_text[RECOAT_SIZE_TEXT_MAX];
	struct recoat_size size;
};

struct recoat_catalogue {
	uint32_t count;
	struct recoat_kernel kernel[RECOAT_KERNELS_MAX];
};

/* What is wrong and where: "FILE:LINE: MESSAGE" is what the user is shown. */
struct recoat_catalogue_error {
	char file[256];
	int line; /* 0 when it is about the whole file. */
	char message[256];
};

/*
 * Append the kernels of `text`, which need not be terminated, to `catalogue`. `file` is
 * used in messages only. A kernel whose name and ABI tag are there already is passed over:
 * what comes first wins; twice in one text is a mistake. 0, or -EINVAL with `error` filled
 * and `catalogue` as it was.
 */
int recoat_catalogue_parse(struct recoat_catalogue *catalogue, const char *text, size_t length,
			   const char *file, struct recoat_catalogue_error *error);

/*
 * Append every *.kernels file of the directories in `path`, which are separated by colons,
 * in order of directory and name. An empty or missing directory is no error; an unreadable
 * or malformed file is (-errno or -EINVAL with `error` filled, and `catalogue` as it was).
 * Names that begin with a dot are passed over. A file has at most 1 MiB.
 */
int recoat_catalogue_load(struct recoat_catalogue *catalogue, const char *path,
			  struct recoat_catalogue_error *error);

/* The same, and calls `took` behind each file, whose kernels are then those that were not there. */
typedef void recoat_catalogue_took(void *user, const char *directory, const char *name);
int recoat_catalogue_load_each(struct recoat_catalogue *catalogue, const char *path,
			       recoat_catalogue_took *took, void *user,
			       struct recoat_catalogue_error *error);

/* Is it a compiler's clone: a name with .cold, .isra., .constprop. or .part. behind? */
bool recoat_symbol_is_clone(const char *symbol);

/* Shell pattern match with * and ? only; needs no locale and no memory. */
bool recoat_glob_match(const char *pattern, const char *text);

/*
 * Does `name` match one of the globs in `list`, separated by commas, with or without blanks
 * around them? NULL matches all, an empty list nothing.
 */
bool recoat_glob_list_match(const char *list, const char *name);

/* Compile an expression. 0, or -EINVAL with a message of what was found and expected. */
int recoat_size_parse(struct recoat_size *size, const char *text, char *message,
		      size_t message_size);

/*
 * Evaluate for a call with these arguments. False if the expression is empty, divides by
 * zero, or `read` refuses an address. Async-signal-safe if `read` is.
 */
bool recoat_size_evaluate(const struct recoat_size *size,
			  const uint64_t arguments[RECOAT_ARGUMENTS_MAX], recoat_size_read *read,
			  uint64_t *result);

#endif
