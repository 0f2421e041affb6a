/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of libFuzzer. */
#include "tests/fuzz/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_read(bytes, size);
	return 0;
}
