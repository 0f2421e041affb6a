/* SPDX-License-Identifier: Apache-2.0 */
/* The few lines that the runtime says on stderr, all of them before the target starts. */
#ifndef RECOAT_MESSAGE_H
#define RECOAT_MESSAGE_H

/*
 * Write "recoat: ...\n" to descriptor 2 in one write, cut at 1 KiB. Use %s, %d, %u and %x
 * only, for which vsnprintf needs no memory. errno is kept.
 */
void recoat_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
