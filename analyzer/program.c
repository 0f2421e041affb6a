/* SPDX-License-Identifier: Apache-2.0 */
/* Finding programs and telling those that cannot be preloaded into. */
#include "analyzer/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "analyzer/command.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"

#define DEFAULT_PATH "/usr/local/bin:/bin:/usr/bin"
#define LOADER "ld-linux-x86-64.so.2"
#define HEAD_MAX 4096 /* Bytes of a file that are looked at; a #! line is shorter. */
#define SCRIPTS_MAX 4 /* Interpreters that are scripts themselves, as the kernel allows. */
#define SEGMENTS_MAX 64

/* ---- Where it is. ---- */

static bool is_file(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode);
}

static bool can_run(const char *path)
{
	return is_file(path) && !faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
}

/* `name` in the directory that is the next element of `*path`, which moves on. */
static char *next_candidate(const char **path, const char *name)
{
	size_t length = strcspn(*path, ":");
	char *candidate = length ? recoat_asprintf("%.*s/%s", (int)length, *path, name)
				 : recoat_asprintf("./%s", name);

	*path = (*path)[length] ? *path + length + 1 : NULL;
	return candidate;
}

static char *search_path(const char *name, const char *path, int *status,
			 struct recoat_error *error)
{
	char *not_executable = NULL;

	for (const char *rest = path; rest;) {
		char *candidate = next_candidate(&rest, name);

		if (can_run(candidate)) {
			free(not_executable);
			return candidate;
		}
		if (!not_executable && is_file(candidate))
			not_executable = candidate;
		else
			free(candidate);
	}
	*status = not_executable ? RECOAT_EXIT_CANNOT_RUN : RECOAT_EXIT_NOT_FOUND;
	if (not_executable)
		recoat_error_set(error, -EACCES, "%s: not executable", not_executable);
	else
		recoat_error_set(error, -ENOENT, "%s: program not found in PATH (%s)", name, path);
	free(not_executable);
	return NULL;
}

char *recoat_program_find(const char *name, const char *path, int *status,
			  struct recoat_error *error)
{
	struct stat about;

	if (!strchr(name, '/') && *name)
		return search_path(name, path ? path : DEFAULT_PATH, status, error);
	if (can_run(name))
		return recoat_strdup(name);
	*status = RECOAT_EXIT_NOT_FOUND;
	if (stat(name, &about)) {
		recoat_error_set(error, -errno, "%s: program not found: %s", name, strerror(errno));
		return NULL;
	}
	*status = RECOAT_EXIT_CANNOT_RUN;
	recoat_error_set(error, -EACCES, "%s: not executable: %s", name,
			 S_ISREG(about.st_mode) ? strerror(EACCES) : "not a regular file");
	return NULL;
}

/* ---- Whether it can be preloaded into. ---- */

/* The start of a file. */
struct head {
	unsigned char bytes[HEAD_MAX + 1]; /* With a NUL behind what was read. */
	size_t length;
};

/* Would the kernel run it with other rights than ours, so that the loader is on its guard? */
static int check_rights(const char *file, int fd, struct recoat_error *error)
{
	struct stat about;

	if (fstat(fd, &about))
		return recoat_error_set(error, -errno, "%s: %s", file, strerror(errno));
	if ((about.st_mode & S_ISUID) && about.st_uid != getuid())
		return recoat_error_set(error, -ENOTSUP,
					"%s: is set-user-id: the loader ignores LD_PRELOAD in it",
					file);
	if ((about.st_mode & S_ISGID) && (about.st_mode & S_IXGRP) && about.st_gid != getgid())
		return recoat_error_set(error, -ENOTSUP,
					"%s: is set-group-id: the loader ignores LD_PRELOAD in it",
					file);
	if (getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return recoat_error_set(
			error, -ENOTSUP,
			"%s: has file capabilities: the loader ignores LD_PRELOAD in it", file);
	return 0;
}

static int read_head(const char *file, int fd, struct head *head, struct recoat_error *error)
{
	ssize_t got = pread(fd, head->bytes, HEAD_MAX, 0);

	if (got < 0)
		return recoat_error_set(error, -errno, "%s: %s", file, strerror(errno));
	head->length = (size_t)got;
	head->bytes[got] = '\0';
	return 0;
}

static int check_loader(const char *file, int fd, const Elf64_Phdr *segment,
			struct recoat_error *error)
{
	char loader[256] = "";
	ssize_t got = pread(fd, loader, sizeof(loader) - 1, (off_t)segment->p_offset);
	const char *slash = strrchr(loader, '/');

	if (got > 0 && !strcmp(slash ? slash + 1 : loader, LOADER))
		return 0;
	return recoat_error_set(error, -ENOTSUP,
				"%s: found the loader \"%s\", expected glibc's, " LOADER, file,
				loader);
}

static int check_segments(const char *file, int fd, const Elf64_Ehdr *elf,
			  struct recoat_error *error)
{
	Elf64_Phdr segment[SEGMENTS_MAX];
	size_t count = elf->e_phnum < SEGMENTS_MAX ? elf->e_phnum : SEGMENTS_MAX;
	ssize_t got = pread(fd, segment, count * sizeof(*segment), (off_t)elf->e_phoff);

	if (got != (ssize_t)(count * sizeof(*segment)) || elf->e_phentsize != sizeof(*segment))
		return recoat_error_set(error, -ENOEXEC, "%s: a damaged ELF file", file);
	for (size_t i = 0; i < count; i++)
		if (segment[i].p_type == PT_INTERP)
			return check_loader(file, fd, &segment[i], error);
	return recoat_error_set(
		error, -ENOTSUP,
		"%s: statically linked: without a dynamic loader, LD_PRELOAD cannot "
		"work",
		file);
}

static int check_elf(const char *file, int fd, const struct head *head, struct recoat_error *error)
{
	Elf64_Ehdr elf;

	if (head->length < sizeof(elf))
		return recoat_error_set(error, -ENOEXEC, "%s: a truncated ELF file", file);
	memcpy(&elf, head->bytes, sizeof(elf));
	if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_ident[EI_DATA] != ELFDATA2LSB ||
	    elf.e_machine != EM_X86_64)
		return recoat_error_set(
			error, -ENOTSUP,
			"%s: found ELF class %u for machine %u, expected class %u for "
			"machine %u (x86-64)",
			file, elf.e_ident[EI_CLASS], elf.e_machine, ELFCLASS64, EM_X86_64);
	if (elf.e_type != ET_EXEC && elf.e_type != ET_DYN)
		return recoat_error_set(error, -ENOEXEC,
					"%s: found ELF type %u, expected an executable", file,
					elf.e_type);
	return check_segments(file, fd, &elf, error);
}

/* The interpreter of a script, for the caller to free; NULL if there is no #! line. */
static char *interpreter(const struct head *head)
{
	const char *line = (const char *)head->bytes;

	if (strncmp(line, "#!", 2) != 0)
		return NULL;
	line += 2;
	line += strspn(line, " \t");
	return recoat_asprintf("%.*s", (int)strcspn(line, " \t\r\n"), line);
}

/* Check one file; `*next` becomes the interpreter if it is a script, else NULL. */
static int check_file(const char *file, char **next, struct recoat_error *error)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct head head;
	int result;

	*next = NULL;
	/* What may be run but not read cannot be looked at; let it be tried. */
	if (fd < 0)
		return errno == EACCES
			       ? 0
			       : recoat_error_set(error, -errno, "%s: %s", file, strerror(errno));
	result = read_head(file, fd, &head, error);
	if (!result && !memcmp(head.bytes, ELFMAG, SELFMAG)) {
		result = check_rights(file, fd, error);
		if (!result)
			result = check_elf(file, fd, &head, error);
	} else if (!result) {
		/* Shells run what is neither ELF nor #! themselves. */
		*next = interpreter(&head);
		if (!*next)
			*next = recoat_strdup("/bin/sh");
	}
	close(fd);
	return result;
}

int recoat_program_check(const char *file, struct recoat_error *error)
{
	char *at = recoat_strdup(file), *next;
	int result = check_file(at, &next, error);

	for (int scripts = 0; !result && next; scripts++) {
		free(at);
		at = next;
		next = NULL;
		if (scripts >= SCRIPTS_MAX)
			result = recoat_error_set(error, -ENOEXEC, "too many nested scripts");
		else if (!can_run(at))
			result = recoat_error_set(error, -ENOEXEC,
						  "interpreter %s: not an executable file", at);
		else
			result = check_file(at, &next, error);
		if (result)
			recoat_error_context(error, result, "%s", file);
	}
	free(at);
	free(next);
	return result;
}
