/* SPDX-License-Identifier: Apache-2.0 */
/* libamqadf: AM-QADF's kernels in C, the sequential reference that faster ones must equal. */
#ifndef AMQADF_KERNELS_H
#define AMQADF_KERNELS_H

/*
 * Points measured during a layer-by-layer build are mapped onto a voxel grid, filtered,
 * aligned in time, fused and assessed.
 *
 * Every function returns 0 or a negative errno code: -EINVAL a parameter out of its range,
 * a NULL or mismatching argument (outputs are then untouched); -ENOMEM; others as stated
 * beside a function. Nothing here keeps state, prints, starts threads or exits. Different
 * threads may call at the same time unless they share an object that one of them writes.
 * No function keeps a pointer that it was given. Nearest, linear and kde allocate nothing;
 * every other function may take scratch memory with malloc, and gives it back.
 *
 * The library is compiled with -ffp-contract=off, so that the order of floating-point
 * operations given here decides every bit of a result.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AMQADF_API __attribute__((visibility("default")))

/*
 * `count` points: xyz holds 3 * count coordinates (x, y, z, x, y, ...) in millimetres,
 * values holds count measured values. All are to be finite: a mapper given others gives
 * unspecified values. There is one count, so points and values cannot differ in number.
 */
struct amqadf_points {
	uint64_t count;
	const float *xyz;
	const float *values;
};

/*
 * A dense grid of nx * ny * nz voxels in C order: voxel (i, j, k) is
 * values[(i * ny + j) * nz + k] and stands at origin + voxel_size * (i, j, k). NaN means
 * that the voxel is inactive. The dimensions come first, so that an observer can read a
 * problem's size without knowing this header. A grid is valid if no dimension is 0, its
 * bytes can be addressed, voxel_size is finite and above 0, origin finite, values not NULL.
 */
struct amqadf_grid {
	uint64_t nx, ny, nz;
	double origin[3];  /* Millimetres. */
	double voxel_size; /* Millimetres, the same along every axis. */
	float *values;
};

/* What is wrong with a file. `line` counts from 1 and is 0 where lines mean nothing. */
struct amqadf_error {
	uint64_t line;
	char message[248]; /* One line: "found ..., expected ...", or the system's words. */
};

/* A text for a code returned by this library; constant, never NULL. */
AMQADF_API const char *amqadf_strerror(int code);

/*
 * Make `grid` one of these dimensions with every voxel inactive; amqadf_grid_free() gives
 * the memory back and leaves the grid without voxels. -ENOMEM, -EINVAL. Allocates.
 */
AMQADF_API int amqadf_grid_init(struct amqadf_grid *grid, const uint64_t dimensions[3],
				const double origin[3], double voxel_size);
AMQADF_API void amqadf_grid_free(struct amqadf_grid *grid);

/*
 * Nearest: every point sets the voxel floor((p - origin) / voxel_size), computed in double.
 * The last point in a voxel wins. Points outside of the grid are passed over. O(N).
 */
AMQADF_API int amqadf_map_nearest(const struct amqadf_points *points, struct amqadf_grid *grid);

/*
 * Linear (trilinear splatting): every point adds value * weight to the 8 voxels around it,
 * points in ascending order, weights and sums in float. It accumulates on what is active
 * already (inactive counts as 0) and is not normalised. A corner outside of the grid is
 * passed over; one of weight 0 is touched (and so becomes active). O(8 N).
 */
AMQADF_API int amqadf_map_linear(const struct amqadf_points *points, struct amqadf_grid *grid);

/*
 * Inverse distance weighting (Shepard 1968): every voxel of the grid becomes
 * sum(w v) / sum(w) over the k nearest points, w = 1 / pow(sqrt(d2), power), d2 the squared
 * distance in double, summed in double in ascending order of d2, at last cast to float.
 * Equal distances are ordered by index, so at the k-th the lowest index is taken. If the
 * nearest has d2 < DBL_EPSILON, its value is taken exactly. k above the number of points
 * means all. No points: the grid stays as it is. -EINVAL: power or k not above 0, -ENOMEM.
 * O(V N) for V voxels, N points, plus an insertion into k sorted ones for each that is
 * nearer. Scratch: 16 k bytes.
 */
AMQADF_API int amqadf_map_idw(const struct amqadf_points *points, struct amqadf_grid *grid,
			      float power, int32_t k);

enum amqadf_kde_kernel {
	AMQADF_KDE_GAUSSIAN = 0,     /* expf(-0.5 d^2 / h^2) */
	AMQADF_KDE_EPANECHNIKOV = 1, /* 0.75 (1 - u^2) where u = d / h is at most 1 */
};

/*
 * Kernel regression (Nadaraya 1964, Watson 1964): every voxel of the bounding box of the
 * *active* voxels becomes sum(v K(d)) / sum(K(d)), all in float, points in ascending order.
 * No active voxel, or no points: nothing is done. Where sum(K) is 0, for a Gaussian beyond
 * about 14.4 h, the voxel stays as it is. The bandwidth h (millimetres) is not validated:
 * 0 or NaN makes voxels NaN, that is inactive. A kernel not in the enum is the Gaussian. O(V N).
 */
AMQADF_API int amqadf_map_kde(const struct amqadf_points *points, struct amqadf_grid *grid,
			      float bandwidth, enum amqadf_kde_kernel kernel);

enum amqadf_rbf_kernel {
	AMQADF_RBF_GAUSSIAN = 0,     /* exp(-epsilon d^2) */
	AMQADF_RBF_MULTIQUADRIC = 1, /* sqrt(1 + epsilon^2 d^2) */
	AMQADF_RBF_THIN_PLATE = 2,   /* d^2 ln d, 0 at 0 */
};

/*
 * Radial basis functions (Hardy 1971): every voxel of the grid becomes sum(w_i phi(d_i)),
 * in float, where the weights solve sum_j(w_j phi(|p_i - p_j|)) = v_i. The float N x N
 * system is solved by Householder QR with column pivoting (Businger & Golub 1965); where it
 * is rank-deficient, as with duplicate points, the columns past the numerical rank weigh 0.
 * No points: the grid stays as it is. -EINVAL: epsilon not above 0, a kernel not in the
 * enum. -ENOMEM. O(N^3) + O(V N). Scratch: 4 N^2 + 20 N bytes.
 */
AMQADF_API int amqadf_map_rbf(const struct amqadf_points *points, struct amqadf_grid *grid,
			      enum amqadf_rbf_kernel kernel, float epsilon);

enum amqadf_fusion {
	AMQADF_FUSE_WEIGHTED_AVERAGE = 0, /* With equal weights: the mean. */
	AMQADF_FUSE_MAX = 1,
	AMQADF_FUSE_MIN = 2,
	AMQADF_FUSE_MEDIAN = 3, /* Of an even number: the mean of the middle two. */
};

/*
 * Fuse `count` grids voxel by voxel over those that are active there; a voxel active
 * nowhere is inactive. Grids are compared in index space: all must have the dimensions of
 * `result` (else -EINVAL), which takes the origin and voxel size of grid 0 and may be one
 * of them. Sums are in float, grids in ascending order. A strategy that is not in the enum,
 * or no grids, makes every voxel of `result` inactive, and is no error. O(count V).
 */
AMQADF_API int amqadf_fuse(const struct amqadf_grid *const *grids, uint64_t count,
			   enum amqadf_fusion strategy, struct amqadf_grid *result);

/*
 * As amqadf_fuse() with one weight a grid: weights are divided by their sum, and then by
 * the sum of those of the grids that are active at the voxel; where that is not above 0,
 * the voxel is inactive. -EINVAL: `weight_count` differs from `count`, or the sum is not
 * above 0.
 */
AMQADF_API int amqadf_fuse_weighted(const struct amqadf_grid *const *grids, uint64_t count,
				    const float *weights, uint64_t weight_count,
				    struct amqadf_grid *result);

struct amqadf_quality_report {
	double coverage;    /* Active voxels of the fused grid / volume of their box. */
	double accuracy;    /* Mean over the sources of abs(Pearson's r). */
	double consistency; /* Mean over the sources of max(0, 1 - RMSE / max abs(fused)). */
	double quality;     /* 0.4 accuracy + 0.3 consistency + 0.3 coverage. */
	double residual_mean, residual_max, residual_std; /* Of abs(fused - source), all pairs. */
};

/*
 * Assess a fused grid against its `count` sources (of the same dimensions, else -EINVAL).
 * A voxel counts for a source if both values are valid: finite and abs(value) > 1e-10.
 * A source without two such voxels, or without variance, has r = 0; without one,
 * consistency 0. abs(r) of source i is written to correlations[i] unless `correlations`
 * is NULL. Sums in double; std is the population's. O(count V).
 */
AMQADF_API int amqadf_quality(const struct amqadf_grid *fused,
			      const struct amqadf_grid *const *sources, uint64_t count,
			      struct amqadf_quality_report *report, double *correlations);

struct amqadf_statistics_report {
	uint64_t voxels, active;
	double minimum, maximum, mean, std; /* Population's std, two passes, in double. */
	double percentile[5];               /* 5, 25, 50, 75, 95; linear between ranks. */
};

/* Statistics of the active voxels; all but the counts are NaN if none is. -ENOMEM. O(V log V). */
AMQADF_API int amqadf_statistics(const struct amqadf_grid *grid,
				 struct amqadf_statistics_report *report);

/*
 * Filters: every active voxel of `in` becomes a function of the active voxels in the cube
 * of 2 r + 1 around it, itself included, cut at the grid's border; inactive voxels stay so.
 * `out` has the dimensions of `in` and other memory (else -EINVAL), and takes its origin
 * and voxel size. Distances are in voxels. Sums in double, neighbours in C order.
 *
 * gaussian: mean weighted with exp(-d^2 / (2 sigma^2)), r = ceil(3 sigma); 0 < sigma <= 64.
 * median: r = size / 2; size odd, 1 to 129; of an even number the mean of the middle two.
 * bilateral (Tomasi & Manduchi 1998): Gaussian's weight times
 * exp(-(v - centre)^2 / (2 range^2)); range above 0.
 */
AMQADF_API int amqadf_filter_gaussian(const struct amqadf_grid *in, struct amqadf_grid *out,
				      float sigma);
AMQADF_API int amqadf_filter_median(const struct amqadf_grid *in, struct amqadf_grid *out,
				    int32_t size);
AMQADF_API int amqadf_filter_bilateral(const struct amqadf_grid *in, struct amqadf_grid *out,
				       float sigma, float range);

/* When a grid was measured, in seconds and any order. */
struct amqadf_stamps {
	uint64_t count;
	const double *seconds;
};

/*
 * Synchronise in time: the bins [t, t + window) begin at the earliest stamp of all and end
 * behind the latest. A grid takes part in a bin if it has a stamp in it, with the weight
 * exp(-min(abs(stamp - bin's centre))) over all its stamps. Per bin, every voxel active in a
 * grid that takes part becomes sum(w v) / sum(w), in double; a later bin overwrites. So a
 * voxel shows its latest bin. stamps[i] belongs to grids[i]. `result` has the grids'
 * dimensions and other memory (else -EINVAL), and takes grid 0's origin and voxel size; no
 * grids or no stamps: all of it is inactive. -EINVAL: a stamp that is not finite, or a
 * window that is not above 0 and finite (the original loops for ever on it). -ERANGE: 2^24
 * bins or more, or a window too small to be added to a stamp. O(bins count (V + stamps)).
 */
AMQADF_API int amqadf_sync_temporal(const struct amqadf_grid *const *grids,
				    const struct amqadf_stamps *stamps, uint64_t count,
				    double window, struct amqadf_grid *result);

/*
 * Files. The format is told from the content: NumPy's .npy (versions 1 to 3, little-endian
 * float32 or float64, C order), else CSV. `error` may be NULL; it is filled when the result
 * is not 0: -EINVAL for content that is not as expected, else the system's code.
 *
 * read_points: .npy of shape (N, 4), or CSV with the columns x, y, z, value, numbers as in
 * the C locale, an optional first line of names, blank lines passed over, LF or CRLF. Values
 * that are not finite in float are refused. *points is the caller's, to be given to
 * amqadf_points_free().
 *
 * write_points: CSV if the name ends with .csv, else .npy float32 (N, 4).
 *
 * read_grid: .npy of shape (nx, ny, nz), NaN inactive; origin 0, voxel size 1. The caller
 * frees with amqadf_grid_free(). write_grid: .npy float32 (nx, ny, nz).
 *
 * A file is written under a temporary name beside the path and then renamed, so it is there
 * whole or not at all. What is there and not a regular file (a pipe, /dev/null) is written to.
 */
AMQADF_API int amqadf_read_points(const char *path, struct amqadf_points *points,
				  struct amqadf_error *error);
AMQADF_API int amqadf_write_points(const char *path, const struct amqadf_points *points,
				   struct amqadf_error *error);
AMQADF_API void amqadf_points_free(struct amqadf_points *points);
AMQADF_API int amqadf_read_grid(const char *path, struct amqadf_grid *grid,
				struct amqadf_error *error);
AMQADF_API int amqadf_write_grid(const char *path, const struct amqadf_grid *grid,
				 struct amqadf_error *error);

#ifdef __cplusplus
}
#endif

#endif
