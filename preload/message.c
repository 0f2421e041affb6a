/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to stderr without stdio's buffers, which belong to the target. */
#include "preload/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "preload/os.h"

void recoat_message(const char *format, ...)
{
	int kept = errno;
	char line[1024] = "recoat: ";
	size_t used = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + used, sizeof line - used - 1, format, arguments);
	va_end(arguments);
	used = strlen(line);
	line[used++] = '\n';
	recoat_write(STDERR_FILENO, line, used);
	errno = kept;
}
