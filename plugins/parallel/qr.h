/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting, rounding for rounding the reference's. */
#ifndef PARALLEL_QR_H
#define PARALLEL_QR_H

#include <stdbool.h>
#include <stdint.h>
#include "plugins/parallel/level.h"

struct qr {
	uint64_t n, stride;
	float *a;        /* n rows of `stride`; column n is the right-hand side. */
	float *norms;    /* Squared, of each column from the current row on; `stride` of them. */
	float *mirror;   /* n: the column that is being cleared. */
	float *diagonal; /* n */
	float *x;        /* n: the unknowns. */
	uint32_t *order; /* n: which unknown a column stands for. */
};

#ifdef PARALLEL_LEVEL
/* 4 n^2 bytes and some 100 n + 16 K. False if they are not to be had; else give them back with
 * qr_fini(). */
bool LEVEL(qr_init)(struct qr *qr, uint64_t n);
void LEVEL(qr_fini)(struct qr *qr);

/*
 * Solve the system in `a`, which is overwritten. Every dot product is a sum in float in ascending
 * order of rows, as in kernels/qr.c, with columns side by side in vectors; the norms for the
 * next pivot are summed while the columns are changed.
 */
void LEVEL(qr_solve)(struct qr *qr);
#endif

#endif
