/* SPDX-License-Identifier: Apache-2.0 */
/* Finding catalogues: the *.kernels files of a search path, read without opendir or stdio. */
#include "kernels/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".kernels"
#define DIRECTORY_MAX 1024
#define FILE_BYTES_MAX (1024 * 1024)
#define ENTRIES_BYTES 2048
#define SHOWN_MAX 200 /* Bytes of a directory in messages, so that a name fits behind. */

struct search {
	struct recoat_catalogue *catalogue;
	struct recoat_catalogue_error *error;
	recoat_catalogue_took *took; /* NULL: nobody asks. */
	void *user;
	char directory[DIRECTORY_MAX];
	int fd; /* Of the directory. */
};

/* About the whole of a file or, without a name, of the directory. Returns `status`. */
static int fail(struct search *search, const char *name, int status, const char *message)
{
	snprintf(search->error->file, sizeof(search->error->file), "%.*s%s%s", SHOWN_MAX,
		 search->directory, name[0] ? "/" : "", name);
	search->error->line = 0;
	snprintf(search->error->message, sizeof(search->error->message), "%s", message);
	return status;
}

/* The same with the system's text for `status`. */
static int fail_system(struct search *search, const char *name, int status, const char *doing)
{
	const char *text = strerrordesc_np(-status);
	char message[128];

	snprintf(message, sizeof(message), "%s: %s", doing, text ? text : "unknown error");
	return fail(search, name, status, message);
}

static bool is_catalogue(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SUFFIX);

	return name[0] != '.' && length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
}

/* Replace *next by `name` if that is a catalogue's, comes behind `last` and before *next. */
static void consider(const char *name, const char *last, char next[NAME_MAX + 1])
{
	if (is_catalogue(name) && strcmp(name, last) > 0 && (!next[0] || strcmp(name, next) < 0))
		strcpy(next, name);
}

/*
 * The next catalogue behind `last` in order of name; "" if there is none. Scanning once a
 * file is quadratic, but needs no memory for the list.
 */
static int find_next(struct search *search, const char *last, char next[NAME_MAX + 1])
{
	_Alignas(struct dirent64) char entries[ENTRIES_BYTES];
	ssize_t got;

	next[0] = '\0';
	if (lseek(search->fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((got = getdents64(search->fd, entries, sizeof(entries))) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *entry = (const void *)(entries + at);

			consider(entry->d_name, last, next);
			at += entry->d_reclen;
		}
	return got < 0 ? -errno : 0;
}

/* Fill `bytes` as far as the file goes; it may have shrunk since. Bytes read, or -errno. */
static ssize_t read_up_to(int fd, char *bytes, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, bytes + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

/*
 * The file is read into memory of its own: another process may cut short a mapped file, and
 * to touch what is gone would end this one.
 */
static int parse_file(struct search *search, const char *name, int fd, size_t size)
{
	char shown[sizeof(search->error->file)];
	ssize_t length;
	char *bytes;
	int status;

	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return fail_system(search, name, -ENOMEM, "cannot be read");
	length = read_up_to(fd, bytes, size);
	if (length < 0) {
		status = fail_system(search, name, (int)length, "cannot be read");
	} else {
		snprintf(shown, sizeof(shown), "%.*s/%s", SHOWN_MAX, search->directory, name);
		status = recoat_catalogue_parse(search->catalogue, bytes, (size_t)length, shown,
						search->error);
	}
	munmap(bytes, size);
	return status;
}

static int load_file(struct search *search, const char *name)
{
	/* Without O_NONBLOCK, a named pipe would keep the process waiting. */
	int fd = openat(search->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	int status = 0;

	if (fd < 0)
		return fail_system(search, name, -errno, "cannot be opened");
	if (fstat(fd, &about) != 0)
		status = fail_system(search, name, -errno, "cannot be read");
	else if (!S_ISREG(about.st_mode))
		status = fail(search, name, -EINVAL, "found no regular file, expected one");
	else if (about.st_size > FILE_BYTES_MAX)
		status = fail(search, name, -EFBIG, "found more than 1 MiB, expected less");
	else if (about.st_size > 0)
		status = parse_file(search, name, fd, (size_t)about.st_size);
	close(fd);
	if (!status && search->took)
		search->took(search->user, search->directory, name);
	return status;
}

static int load_files(struct search *search)
{
	char names[2][NAME_MAX + 1] = {"", ""};

	for (unsigned turn = 0;; turn ^= 1) {
		const char *last = names[turn];
		char *next = names[turn ^ 1];
		int status = find_next(search, last, next);

		if (status)
			return fail_system(search, "", status, "cannot be listed");
		if (!next[0])
			return 0;
		status = load_file(search, next);
		if (status)
			return status;
	}
}

static int load_directory(struct search *search)
{
	int status;

	search->fd = open(search->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (search->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (search->fd < 0)
		return fail_system(search, "", -errno, "cannot be opened");
	status = load_files(search);
	close(search->fd);
	return status;
}

static int load_path(struct search *search, const char *path)
{
	for (;;) {
		size_t length = strcspn(path, ":");
		size_t kept = length < DIRECTORY_MAX ? length : DIRECTORY_MAX - 1;
		int status = 0;

		memcpy(search->directory, path, kept);
		search->directory[kept] = '\0';
		if (kept < length)
			status = fail_system(search, "", -ENAMETOOLONG, "cannot be opened");
		else if (length)
			status = load_directory(search);
		if (status || !path[length])
			return status;
		path += length + 1;
	}
}

int recoat_catalogue_load_each(struct recoat_catalogue *catalogue, const char *path,
			       recoat_catalogue_took *took, void *user,
			       struct recoat_catalogue_error *error)
{
	uint32_t count = catalogue->count;
	struct search search = {.catalogue = catalogue, .error = error, .took = took, .user = user};
	int status = load_path(&search, path);

	if (status)
		catalogue->count = count;
	return status;
}

int recoat_catalogue_load(struct recoat_catalogue *catalogue, const char *path,
			  struct recoat_catalogue_error *error)
{
	return recoat_catalogue_load_each(catalogue, path, NULL, NULL, error);
}
