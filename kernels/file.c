/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read into memory, and written so that they are there whole or not at all. */
#include "kernels/file.h"
#include "kernels/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_FIRST 65536
#define TEMPORARY_SUFFIX 32 /* Room for ".PID-ATTEMPT.tmp". */

struct buffer {
	char *bytes;
	size_t length, room;
};

/* Room for one more byte and the NUL at least. */
static int buffer_grow(struct buffer *buffer)
{
	size_t room = buffer->room ? 2 * buffer->room : READ_FIRST;
	char *bytes;

	if (buffer->length + 1 < buffer->room)
		return 0;
	if (room < buffer->room)
		return -ENOMEM;
	bytes = realloc(buffer->bytes, room);
	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->room = room;
	return 0;
}

static int read_all(int fd, struct buffer *buffer)
{
	for (;;) {
		ssize_t got;
		int status = buffer_grow(buffer);

		if (status)
			return status;
		got = read(fd, buffer->bytes + buffer->length, buffer->room - buffer->length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		buffer->length += (size_t)got;
	}
}

int file_read(const char *path, char **bytes, size_t *length, struct amqadf_error *error)
{
	struct buffer buffer = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return error_system(error, -errno, "cannot be opened");
	status = read_all(fd, &buffer);
	close(fd);
	if (status) {
		free(buffer.bytes);
		return error_system(error, status, "cannot be read");
	}
	buffer.bytes[buffer.length] = '\0';
	*bytes = buffer.bytes;
	*length = buffer.length;
	return 0;
}

/* Where `path` leads, through links, so that a link is not replaced by the file. */
static int resolve(const char *path, char resolved[PATH_MAX])
{
	if (realpath(path, resolved))
		return 0;
	if (errno != ENOENT)
		return -errno;
	if (strlen(path) >= PATH_MAX - TEMPORARY_SUFFIX)
		return -ENAMETOOLONG;
	strcpy(resolved, path);
	return 0;
}

static int open_temporary(struct file_output *output, mode_t mode)
{
	for (unsigned attempt = 0; attempt < 100; attempt++) {
		int fd, length = snprintf(output->temporary, PATH_MAX, "%.*s.%d-%u.tmp",
					  PATH_MAX - TEMPORARY_SUFFIX, output->path, (int)getpid(),
					  attempt);

		if (length < 0 || length >= PATH_MAX)
			return -ENAMETOOLONG;
		fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

/* Devices and pipes cannot be replaced; they are written to. */
static int open_output(struct file_output *output)
{
	struct stat old;
	int fd;

	if (stat(output->path, &old) == 0 && !S_ISREG(old.st_mode)) {
		output->temporary[0] = '\0';
		fd = open(output->path, O_WRONLY | O_CLOEXEC);
		return fd >= 0 ? fd : -errno;
	}
	return open_temporary(output, 0666);
}

int file_output_open(struct file_output *output, const char *path, struct amqadf_error *error)
{
	int status = resolve(path, output->path);
	int fd = status ? status : open_output(output);

	if (fd < 0)
		return error_system(error, fd, "cannot be written");
	output->stream = fdopen(fd, "w");
	if (output->stream)
		return 0;
	status = -errno;
	close(fd);
	if (output->temporary[0])
		unlink(output->temporary);
	return error_system(error, status, "cannot be written");
}

/* A failed write was noted in the stream; the close may be the first to meet a full disk. */
static int close_stream(FILE *stream)
{
	bool failed = ferror(stream);

	errno = 0;
	if (fclose(stream) != 0)
		return errno ? -errno : -EIO;
	return failed ? -EIO : 0;
}

int file_output_close(struct file_output *output, bool keep, struct amqadf_error *error)
{
	int status = close_stream(output->stream);

	if (!output->temporary[0])
		return status ? error_system(error, status, "cannot be written") : 0;
	if (keep && !status && rename(output->temporary, output->path) == 0)
		return 0;
	if (keep && !status)
		status = -errno;
	unlink(output->temporary);
	return status ? error_system(error, status, "cannot be written") : 0;
}
