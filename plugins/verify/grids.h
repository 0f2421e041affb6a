// SPDX-License-Identifier: Apache-2.0
// Comparing what kernels over OpenVDB's grids gave with what they should have given.
#ifndef VERIFY_GRIDS_H
#define VERIFY_GRIDS_H

#include "plugins/openvdb10/layouts.h"

extern "C" {
#include "plugins/verify/compare.h"
}

// Compare into `to`, `what` naming the two. Grids are compared by transform, background, metadata,
// topology, and every value and active state, inactive voxels and tiles too. Values may differ by
// `within`, all else not at all. Both null, or both the same grid, is equal. These may throw
// std::bad_alloc; any thread.
void compare(struct difference &to, const char *what, const native::grid_ptr &found,
	     const native::grid_ptr &expected, const struct tolerance &within);
void compare(struct difference &to, const char *what, const native::vectors_ptr &found,
	     const native::vectors_ptr &expected, const struct tolerance &within);
void compare(struct difference &to, const char *what, const native::grids &found,
	     const native::grids &expected, const struct tolerance &within);
void compare(struct difference &to, const char *what, const native::named_grids &found,
	     const native::named_grids &expected, const struct tolerance &within);
void compare(struct difference &to, const char *what, const std::vector<float> &found,
	     const std::vector<float> &expected, const struct tolerance &within);
void compare(struct difference &to, const char *what, const native::quality_result &found,
	     const native::quality_result &expected, const struct tolerance &within);

// Something that has no number differs, or not: the text is taken if it is the first.
void compare_texts(struct difference &to, const char *what, const std::string &found,
		   const std::string &expected);

// The content of `with` into `grid`, which stays the same grid with the same tree.
void replace_content(const native::grid_ptr &grid, const native::grid_ptr &with);

#endif
