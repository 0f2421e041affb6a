/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing /proc/self/maps a piece at a time. */
#include "preload/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/os.h"

#define FIELDS_BEFORE_NAME 3 /* offset, device, inode */

struct scan {
	bool (*visit)(const struct recoat_mapping *mapping, void *data);
	void *data;
	bool inside_line; /* The text begins in the middle of a line, which is passed over. */
	bool done;
};

static uint64_t hex(const char **at)
{
	uint64_t value = 0;

	for (;; (*at)++) {
		if (**at >= '0' && **at <= '9')
			value = value << 4 | (uint64_t)(**at - '0');
		else if (**at >= 'a' && **at <= 'f')
			value = value << 4 | (uint64_t)(**at - 'a' + 10);
		else
			return value;
	}
}

static const char *name_in(const char *at)
{
	for (int field = 0; field < FIELDS_BEFORE_NAME; field++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	return at + strspn(at, " ");
}

/* "start-end rwxp offset device inode   name"; the line may have lost its end. */
static void scan_line(struct scan *scan, const char *line)
{
	struct recoat_mapping mapping = {.start = hex(&line)};

	line++;
	mapping.end = hex(&line);
	if (strlen(line) < strlen(" rwxp"))
		return;
	mapping.protection = (line[1] == 'r' ? PROT_READ : 0) | (line[2] == 'w' ? PROT_WRITE : 0) |
			     (line[3] == 'x' ? PROT_EXEC : 0);
	mapping.shared = line[4] == 's';
	mapping.name = name_in(line + strlen(" rwxp"));
	mapping.of_file = *mapping.name == '/';
	scan->done = scan->visit(&mapping, scan->data);
}

/* Scan the complete lines of `text`; returns how many bytes they take. */
static size_t scan_lines(struct scan *scan, char *text, size_t length)
{
	char *line = text;
	char *newline;

	while (!scan->done && (newline = memchr(line, '\n', length - (size_t)(line - text)))) {
		*newline = '\0';
		if (!scan->inside_line)
			scan_line(scan, line);
		scan->inside_line = false;
		line = newline + 1;
	}
	return (size_t)(line - text);
}

static void scan_file(struct scan *scan, int file)
{
	char text[1024 + 1]; /* Threads may have small stacks. */
	size_t have = 0;

	while (!scan->done) {
		ssize_t got = recoat_read(file, text + have, sizeof text - 1 - have);
		size_t done;

		if (got <= 0)
			return;
		have += (size_t)got;
		done = scan_lines(scan, text, have);
		if (!done && have == sizeof text - 1) {
			text[have] = '\0';
			if (!scan->inside_line)
				scan_line(scan, text);
			scan->inside_line = true;
			done = have;
		}
		have -= done;
		memmove(text, text + done, have);
	}
}

bool recoat_maps_visit(bool (*visit)(const struct recoat_mapping *mapping, void *data), void *data)
{
	struct scan scan = {.visit = visit, .data = data};
	int kept = errno;
	int file = recoat_open("/proc/self/maps", O_RDONLY, 0);

	if (file >= 0) {
		scan_file(&scan, file);
		recoat_close(file);
	}
	errno = kept;
	return file >= 0;
}

struct search {
	uint64_t address;
	struct recoat_mapping *run; /* The adjacent mappings seen last. */
};

static bool contains(const struct recoat_mapping *run, uint64_t address)
{
	return address - run->start < run->end - run->start;
}

static bool extend_run(const struct recoat_mapping *mapping, void *data)
{
	struct search *search = data;
	struct recoat_mapping *run = search->run;

	if (mapping->start == run->end && mapping->protection == run->protection) {
		run->end = mapping->end;
		run->of_file |= mapping->of_file;
		run->shared |= mapping->shared;
		return false;
	}
	if (contains(run, search->address))
		return true;
	*run = *mapping;
	return false;
}

bool recoat_maps_find(uint64_t address, struct recoat_mapping *found)
{
	struct search search = {.address = address, .run = found};

	*found = (struct recoat_mapping){0};
	if (!recoat_maps_visit(extend_run, &search))
		return false;
	found->name = NULL;
	return contains(found, address);
}
