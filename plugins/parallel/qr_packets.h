/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting, rounding for rounding that of Eigen 3.4 in vectors. */
#ifndef PARALLEL_QR_PACKETS_H
#define PARALLEL_QR_PACKETS_H

#include <stdbool.h>
#include <stdint.h>
#include "plugins/parallel/level.h"

/* Line i of the system is column i here: it is symmetric. */
struct qr {
	uint64_t n, stride;
	float *a;       /* n columns, `stride` apart; their upper parts become R's. */
	float *norms;   /* n: of a column's rest, kept up to date from step to step. */
	float *measured; /* n: the same when it was last computed from the column. */
	float *mirror;  /* n: what a step's reflection has below the diagonal, */
	float *scaled;  /* n: and that times tau. */
	float *right;   /* n: the right-hand side. */
	float *x;       /* n: the unknowns. */
	uint32_t *order; /* n: which unknown a column stands for. */
};

static inline float *qr_line(const struct qr *qr, uint64_t i)
{
	return qr->a + i * qr->stride;
}

static inline void qr_set_right(const struct qr *qr, uint64_t i, float value)
{
	qr->right[i] = value;
}

#ifdef PARALLEL_LEVEL
/* 4 n^2 bytes and some 100 n. False if they are not to be had; else give them back with
 * qr_fini(). */
bool LEVEL(qr_init)(struct qr *qr, uint64_t n);
void LEVEL(qr_fini)(struct qr *qr);

/*
 * Solve the system of the lines and `right`, which are overwritten. Sums are taken as by Eigen's
 * ColPivHouseholderQR<MatrixXf> when it is compiled for vectors as wide as the level's, with
 * products and sums fused: lanes first, then halves of them, then what is left over.
 */
void LEVEL(qr_solve)(struct qr *qr);
#endif

#endif
