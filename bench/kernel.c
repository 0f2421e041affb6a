/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel of spans.c, in a library of its own. */
long bench_kernel(long size);

long bench_kernel(long size)
{
	return size;
}
