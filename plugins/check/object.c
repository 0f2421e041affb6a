/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at an object's headers before the loader does. */
#include "plugins/check/object.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every check says what is wrong in its own words and returns false. */
#define REFUSE(...)                                                                                \
	do {                                                                                       \
		snprintf(problem, problem_size, __VA_ARGS__);                                      \
		return false;                                                                      \
	} while (0)

/* Where the last byte of the file ends that is mapped, 0 if a header cannot be read. */
static uint64_t mapped_end(int fd, const Elf64_Ehdr *header)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < header->e_phnum; i++) {
		off_t at = (off_t)(header->e_phoff + i * sizeof(Elf64_Phdr));
		Elf64_Phdr segment;

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return 0;
		if (segment.p_type != PT_LOAD)
			continue;
		if (__builtin_add_overflow(segment.p_offset, segment.p_filesz, &segment.p_offset))
			return 0;
		if (segment.p_offset > end)
			end = segment.p_offset;
	}
	return end;
}

static bool check_header(const Elf64_Ehdr *header, char *problem, size_t problem_size)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		REFUSE("found no ELF header, expected a shared object");
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_X86_64)
		REFUSE("found an object for another machine (ELF class %d, data %d, machine %d), "
		       "expected one for x86-64",
		       header->e_ident[EI_CLASS], header->e_ident[EI_DATA], header->e_machine);
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		REFUSE("found program headers of %d bytes, expected %d", header->e_phentsize,
		       (int)sizeof(Elf64_Phdr));
	return true;
}

static bool check_open(int fd, char *problem, size_t problem_size)
{
	struct stat status;
	Elf64_Ehdr header;
	ssize_t got;
	uint64_t end;

	if (fstat(fd, &status))
		REFUSE("%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		REFUSE("found no regular file, expected a shared object");
	got = pread(fd, &header, sizeof(header), 0);
	if (got != sizeof(header))
		REFUSE("found %zd bytes, expected a shared object", got);
	if (!check_header(&header, problem, problem_size))
		return false;
	end = mapped_end(fd, &header);
	if (!end || end > (uint64_t)status.st_size)
		REFUSE("found %" PRIu64 " bytes, expected %" PRIu64 " or more: cut short",
		       (uint64_t)status.st_size, end ? end : header.e_phoff);
	return true;
}

bool recoat_object_check(const char *file, char *problem, size_t problem_size)
{
	int error = errno, fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool good = false;

	if (fd < 0) {
		snprintf(problem, problem_size, "%s", strerror(errno));
	} else {
		good = check_open(fd, problem, problem_size);
		close(fd);
	}
	errno = error;
	return good;
}
