/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at pybind11's function records as they are handed to Python. */
#include "preload/pybind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernels/locate.h"
#include "preload/elf_image.h"
#include "preload/hook.h"
#include "preload/hook_slots.h"
#include "preload/locate.h"
#include "preload/modules.h"
#include "preload/slot.h"
#include "preload/thread.h"

#define RECORD_WORDS 16 /* As much as is looked at. */
#define RECORD_NAME 0
#define RECORD_CODE 7 /* The second word is what to add to `this`. */
#define RECORD_DEFINITION_FIRST 11
#define RECORD_DEFINITION_LAST 14 /* The class follows. */
#define SCOPE_MAX 128

/* Python's functions, from whatever module they are in. No reference is kept. */
static struct {
	void *(*method_new)(void *definition, void *self, void *module, void *class);
	void *(*function_new)(void *definition, void *self, void *module);
	int (*capsule_is_valid)(void *object, const char *name);
	void *(*capsule_pointer)(void *object, const char *name);
	void *(*attribute)(void *object, const char *name);
	const char *(*utf8)(void *string);
	void (*drop)(void *object);
	void (*forget_error)(void);
	void *type_type;
} python;

static uint64_t function_in(const struct recoat_elf_image *image, const char *name)
{
	const ElfW(Sym) *symbol = recoat_elf_find_function(image, name);

	return symbol ? image->bias + symbol->st_value : 0;
}

/* All or nothing from one module; false if it is not Python. */
static bool find_python(const struct recoat_module *module)
{
	struct recoat_elf_image image;
	const ElfW(Sym) *type;

	if (!recoat_elf_image_open(&image, module))
		return false;
	type = recoat_elf_find_object(&image, "PyType_Type");
	if (!type)
		return false;
	python.method_new = (__typeof__(python.method_new))function_in(&image, "PyCMethod_New");
	python.function_new =
		(__typeof__(python.function_new))function_in(&image, "PyCFunction_NewEx");
	python.capsule_is_valid =
		(__typeof__(python.capsule_is_valid))function_in(&image, "PyCapsule_IsValid");
	python.capsule_pointer =
		(__typeof__(python.capsule_pointer))function_in(&image, "PyCapsule_GetPointer");
	python.attribute =
		(__typeof__(python.attribute))function_in(&image, "PyObject_GetAttrString");
	python.utf8 = (__typeof__(python.utf8))function_in(&image, "PyUnicode_AsUTF8");
	python.drop = (__typeof__(python.drop))function_in(&image, "Py_DecRef");
	python.forget_error = (__typeof__(python.forget_error))function_in(&image, "PyErr_Clear");
	python.type_type = (void *)(image.bias + type->st_value);
	return (python.method_new || python.function_new) && python.capsule_is_valid &&
	       python.capsule_pointer && python.attribute && python.utf8 && python.drop &&
	       python.forget_error;
}

/* ---- One record. ---- */

struct record {
	uint64_t at;
	uint64_t word[RECORD_WORDS];
	uint64_t scope; /* The class or module that the function is bound in. */
	char scope_name[SCOPE_MAX];
	const char *name;
};

/* Through the kernel: what a wrong guess points to may not be there. */
static bool read_words(uint64_t address, uint64_t *to, uint32_t words)
{
	struct iovec local = {to, words * sizeof(*to)};
	struct iovec remote = {(void *)address, words * sizeof(*to)};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)local.iov_len;
}

/* pybind11 gives its capsules no name, or this one in a debug build and in later versions. */
static uint64_t capsule_content(void *self)
{
	static const char *const names[] = {NULL, "pybind11_function_record_capsule"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (self && python.capsule_is_valid(self, names[i]))
			return (uint64_t)python.capsule_pointer(self, names[i]);
	return 0;
}

/* An object's type follows its reference count; a class's or module's type is a type's instance. */
static bool is_scope(uint64_t object)
{
	uint64_t head[2], type[2];

	return read_words(object, head, 2) && read_words(head[1], type, 2) &&
	       type[1] == (uint64_t)python.type_type;
}

/*
 * A record shares its name with the definition that it was made for, and points to it. Returns
 * false if this is none.
 */
static bool read_record(struct record *record, const uint64_t *definition, void *self)
{
	record->at = capsule_content(self);
	if (!record->at || !read_words(record->at, record->word, RECORD_WORDS) ||
	    record->word[RECORD_NAME] != definition[0])
		return false;
	record->name = (const char *)definition[0];
	for (uint32_t i = RECORD_DEFINITION_FIRST; i <= RECORD_DEFINITION_LAST; i++) {
		record->scope = record->word[i + 1];
		if (record->word[i] == (uint64_t)definition && is_scope(record->scope))
			return true;
	}
	return false;
}

static bool name_scope(struct record *record)
{
	void *name = python.attribute((void *)record->scope, "__name__");
	const char *text = name ? python.utf8(name) : NULL;

	record->scope_name[0] = '\0';
	if (text)
		snprintf(record->scope_name, sizeof(record->scope_name), "%s", text);
	else
		python.forget_error();
	if (name)
		python.drop(name);
	return record->scope_name[0];
}

/* `wanted` is SCOPE.NAME; of a scope in packages, what stands behind the last dot is enough. */
static bool means(const char *wanted, const struct record *record)
{
	const char *dot = strrchr(wanted, '.');
	const char *last = strrchr(record->scope_name, '.');
	size_t length = (size_t)(dot - wanted);

	if (strcmp(dot + 1, record->name) != 0)
		return false;
	return (strlen(record->scope_name) == length &&
		strncmp(wanted, record->scope_name, length) == 0) ||
	       (last && strlen(last + 1) == length && strncmp(wanted, last + 1, length) == 0);
}

/* ---- What comes of it. ---- */

struct seen {
	struct record record;
	uint64_t caller; /* In the module that pybind11 is built into. */
};

static bool is_code(const struct recoat_module *module, uint64_t address)
{
	for (uint32_t i = 0; i < module->header_count; i++) {
		const ElfW(Phdr) *header = &module->headers[i];
		uint64_t start = module->bias + header->p_vaddr;

		if (header->p_type == PT_LOAD && header->p_flags & PF_X && address >= start &&
		    address - start < header->p_memsz)
			return true;
	}
	return false;
}

/* Does the module import what the entry needs? */
static bool needs_met(const struct recoat_kernel *kernel, const struct recoat_module *module,
		      const char **reason)
{
	struct recoat_elf_image image;
	struct recoat_symbol_table dynamic = {0};

	if (recoat_elf_image_open(&image, module))
		dynamic = recoat_mapped_symbols(&image);
	return recoat_kernel_needs_met(kernel, &dynamic, reason);
}

static void take(const struct recoat_kernel *kernel, const struct record *record,
		 const struct recoat_module *module)
{
	const struct recoat_entry_point entry = {
		.kernel = kernel,
		.symbol = kernel->pybind,
		.how = RECOAT_HOW_PYBIND,
		.address = record->word[RECORD_CODE],
		.slot = record->at + RECORD_CODE * sizeof(uint64_t),
	};
	const char *lacking;
	char reason[96];

	if (entry.address & 1 && entry.address < 8ull * RECOAT_SLOT_MAX) {
		/* A pointer to a virtual member function is its offset in the vtable, plus 1. */
		snprintf(reason, sizeof(reason),
			 "it is virtual: name its class by 'rtti' with 'slot = %u'",
			 (unsigned)(entry.address / sizeof(uint64_t)));
		recoat_hook_refuse(kernel, kernel->pybind, module, reason);
	} else if (!is_code(module, entry.address)) {
		recoat_hook_refuse(kernel, kernel->pybind, module,
				   "its record holds no address of the module's code; it may be "
				   "bound to a lambda");
	} else if (!needs_met(kernel, module, &lacking)) {
		recoat_hook_refuse(kernel, kernel->pybind, module, lacking);
	} else {
		recoat_hook_found(&entry, module);
	}
}

static void compare(void *user)
{
	const struct seen *seen = user;
	const struct recoat_module *module = recoat_modules_find(seen->caller);
	const char *globs;
	const struct recoat_catalogue *catalogue = recoat_hook_catalogue(&globs);

	for (uint32_t i = 0; module && i < catalogue->count; i++) {
		const struct recoat_kernel *kernel = &catalogue->kernel[i];

		if (kernel->pybind[0] && recoat_glob_list_match(globs, kernel->name) &&
		    recoat_kernel_wants_module(kernel, module->path) &&
		    means(kernel->pybind, &seen->record))
			take(kernel, &seen->record, module);
	}
}

static void look(const uint64_t *definition, void *self, uint64_t caller)
{
	int kept = errno;
	struct recoat_thread *thread = recoat_thread_enter();
	struct seen seen = {.caller = caller};

	if (thread) {
		if (read_record(&seen.record, definition, self) && name_scope(&seen.record))
			recoat_modules_locked(compare, &seen);
		recoat_thread_leave(thread);
	}
	errno = kept;
}

/* ---- In place of Python's. ---- */

static void *new_method(void *definition, void *self, void *module, void *class)
{
	look(definition, self, (uint64_t)__builtin_return_address(0));
	return python.method_new(definition, self, module, class);
}

static void *new_function(void *definition, void *self, void *module)
{
	look(definition, self, (uint64_t)__builtin_return_address(0));
	return python.function_new(definition, self, module);
}

static void lead_slot(const struct recoat_slot *slot)
{
	if (!slot->name)
		return;
	if (python.method_new && strcmp(slot->name, "PyCMethod_New") == 0)
		recoat_slot_write(slot->module, slot->address, (uint64_t)new_method);
	else if (python.function_new && strcmp(slot->name, "PyCFunction_NewEx") == 0)
		recoat_slot_write(slot->module, slot->address, (uint64_t)new_function);
}

static bool is_wanted(const struct recoat_module *module)
{
	const char *globs;
	const struct recoat_catalogue *catalogue = recoat_hook_catalogue(&globs);

	for (uint32_t i = 0; i < catalogue->count; i++) {
		const struct recoat_kernel *kernel = &catalogue->kernel[i];

		if (kernel->pybind[0] && recoat_glob_list_match(globs, kernel->name) &&
		    recoat_kernel_wants_module(kernel, module->path))
			return true;
	}
	return false;
}

/* Whether the module refers to one of Python's functions for making functions. */
static bool makes_functions(const struct recoat_elf_image *image)
{
	return recoat_elf_imports(image, "PyCMethod_New") ||
	       recoat_elf_imports(image, "PyCFunction_NewEx");
}

bool recoat_pybind_watch(const struct recoat_elf_image *image, const struct recoat_module *module)
{
	/* Not concerned, or Python itself. */
	if (!is_wanted(module) || !makes_functions(image) ||
	    recoat_elf_find_function(image, "PyCFunction_NewEx"))
		return false;
	if (!python.type_type && !recoat_modules_any(find_python)) {
		python.type_type = NULL;
		return false;
	}
	recoat_slots_iterate(image, module, lead_slot);
	return true;
}
