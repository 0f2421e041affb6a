/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting, for square systems that may lack full rank. */
#ifndef AMQADF_QR_H
#define AMQADF_QR_H

#include <stdint.h>

/*
 * Solve A x = b for an n x n matrix, which stands in `a` by columns and is overwritten, as is
 * `b`. `order` is scratch of n words. The numerical rank is the number of pivots above
 * FLT_EPSILON * n * the largest; unknowns of later columns are 0. Businger & Golub 1965.
 */
void qr_solve(uint64_t n, float *a, float *b, uint64_t *order, float *x);

#endif
