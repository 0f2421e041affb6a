/* SPDX-License-Identifier: Apache-2.0 */
/* Running a benchmark. */
#ifndef RECOAT_BENCH_RUN_H
#define RECOAT_BENCH_RUN_H

struct recoat_bench;
struct recoat_error;

/*
 * Run all cells, each run a `recoat record` of its own; inputs and recordings stand in a directory
 * of $TMPDIR that is removed again. At each size the variants take turns, so that what drifts with
 * time meets all of them. A cell that has taken its budget is run no more; one whose run would
 * take longer even by the low end of the exponent's interval is not run at all; and a run that
 * takes twice the budget is ended, after which no larger size is tried. Progress is shown on stderr
 * if that is a terminal. Then the bench is finished.
 *
 * 0, or -errno with `error` filled: a command that fails, a kernel that is not called, or -EINTR
 * after SIGINT or SIGTERM.
 */
int recoat_bench_run(struct recoat_bench *bench, struct recoat_error *error);

#endif
