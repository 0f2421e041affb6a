/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzer runs, shared with the test that runs it on what was found. */
#ifndef FUZZ_READER_H
#define FUZZ_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Make a recording of the bytes, read and show it. The input is a row of pieces: one byte that
 * says which file, the length in four bytes (lowest first), the file's content. Was it a good
 * one? Ends the program if a refusal is not one line.
 */
bool fuzz_read(const uint8_t *bytes, size_t size);

#endif
