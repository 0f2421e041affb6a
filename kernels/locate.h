/* SPDX-License-Identifier: Apache-2.0 */
/* Where the kernels of a catalogue are in a module. */
#ifndef RECOAT_LOCATE_H
#define RECOAT_LOCATE_H

/*
 * The runtime looks into modules that the loader has mapped, the analyzer into images of files
 * that it has made itself; both describe them by a `struct recoat_place`. For each kernel the
 * ways are tried in this order, and the first that finds it in a module ends the search there:
 * .dynsym, .symtab, .symtab of the debug file, RTTI, offset. (Records of pybind11 are made while
 * the program runs; preload/pybind.h finds those.) Files are opened only while symbols are still
 * wanted and the module is one of the entry's.
 *
 * No memory but pages from the kernel, no call that is a cancellation point. Addresses are
 * those that the image's own words hold: the process's, or the file's.
 */

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/catalogue.h"
#include "kernels/debug_file.h"
#include "kernels/elf_file.h"

#define RECOAT_SEGMENTS_MAX 32

/* Bytes of a PT_LOAD segment that the file gave, and where they can be read. */
struct recoat_segment {
	uint64_t start;
	uint64_t bytes;
	uint32_t flags; /* PF_* */
	const unsigned char *data;
};

struct recoat_place {
	struct recoat_file_place file;
	const char *build_id; /* Of what is mapped, in hexadecimal, "" if it has none. */
	uint64_t bias;        /* What addresses have over those in the file. */
	uint64_t functions;   /* Address of .eh_frame_hdr, whose table names functions; 0: none. */
	struct recoat_segment segment[RECOAT_SEGMENTS_MAX];
	uint32_t segments;
	struct recoat_symbol_table dynamic;
	/* The dynamic symbol of this name, by the module's hash table; NULL: search them all. */
	const Elf64_Sym *(*find)(const void *image, const char *name);
	const void *image;
};

/* How an entry point was found. */
enum recoat_how {
	RECOAT_HOW_DYNSYM,
	RECOAT_HOW_SYMTAB,
	RECOAT_HOW_DEBUG_FILE,
	RECOAT_HOW_RTTI,
	RECOAT_HOW_PYBIND,
	RECOAT_HOW_OFFSET,
	RECOAT_HOW_COUNT,
};

/* For example "debug file". */
extern const char *const recoat_how_name[RECOAT_HOW_COUNT];

struct recoat_entry_point {
	const struct recoat_kernel *kernel;
	const char *symbol; /* Its name, or what the catalogue calls it. */
	enum recoat_how how;
	uint64_t address; /* Of the function; of its resolver if it is `indirect`. */
	uint64_t size;    /* In bytes, 0 if not known. */
	uint64_t slot;    /* Address of the pointer to it in a vtable, 0 if there is none. */
	bool indirect;    /* STT_GNU_IFUNC: code chooses the function when the module is bound. */
};

/* What is told of the search; strings are valid during the call only. */
struct recoat_locate_sink {
	void (*found)(void *user, const struct recoat_entry_point *entry);
	/* An entry of the catalogue that means something here, but cannot be caught. */
	void (*refused)(void *user, const struct recoat_kernel *kernel, const char *symbol,
			const char *reason);
	void *user;
};

/*
 * Look for the kernels of `catalogue` whose names match `globs` (NULL: all). The loader's lock
 * must be held for a place in a process. One caller at a time.
 */
void recoat_locate(const struct recoat_place *place, const struct recoat_catalogue *catalogue,
		   const char *globs, const struct recoat_locate_sink *sink);

/* Does the entry mean this module at all: does its `module` glob match the file's base name? */
bool recoat_kernel_wants_module(const struct recoat_kernel *kernel, const char *path);

/*
 * Does a module with these dynamic symbols import what the entry needs? If not, `reason` is a
 * static string; nothing that was found in the module may then be taken for the entry's function.
 */
bool recoat_kernel_needs_met(const struct recoat_kernel *kernel,
			     const struct recoat_symbol_table *dynamic, const char **reason);

/* ---- Parts of the search, each in a file of its own. ---- */

/* An entry point was found: tell the sink, or that the module lacks what the entry needs. */
void recoat_locate_tell(const struct recoat_place *place, const struct recoat_locate_sink *sink,
			const struct recoat_entry_point *entry);

/* Where in the bytes of `place` the word at `address` lies; NULL if nowhere. */
const uint64_t *recoat_place_word(const struct recoat_place *place, uint64_t address);

/* Is it the address of code? */
bool recoat_place_is_code(const struct recoat_place *place, uint64_t address);

/* The patterns of a kernel that are still looked for: bit n stands for symbol[n]. */
struct recoat_wanted {
	uint8_t symbols[RECOAT_KERNELS_MAX];
	bool found[RECOAT_KERNELS_MAX]; /* By whatever way, in this module. */
};

/* Match the wanted patterns against the symbols of one table, found in the way `how`. */
void recoat_locate_symbols(const struct recoat_place *place,
			   const struct recoat_catalogue *catalogue,
			   const struct recoat_symbol_table *table, enum recoat_how how,
			   struct recoat_wanted *wanted, const struct recoat_locate_sink *sink);

/* Do `bytes` bytes of a type's name stand where names of types can be? */
bool recoat_place_mentions(const struct recoat_place *place, const char *name, size_t bytes);

/*
 * The function in slot `slot` of the vtable of the class with this type name (Itanium C++ ABI:
 * the vtable holds 0, the address of the typeinfo, then the functions; a typeinfo's second
 * word is the address of the name). True with `address` and `vtable_slot` set; false with a
 * `reason` (static, or in `room`), or with NULL if the module does not know the type.
 */
bool recoat_locate_rtti(const struct recoat_place *place, const char *type, uint32_t slot,
			uint64_t *address, uint64_t *vtable_slot, char *room, size_t room_bytes,
			const char **reason);

#endif
