/* SPDX-License-Identifier: Apache-2.0 */
/* What the options say, and which calls are worth it. */
#ifndef OPENVDB10_SETTINGS_H
#define OPENVDB10_SETTINGS_H

#include <cerrno>
#include <new>
#include <xmmintrin.h>
#include "plugins/parallel/openvdb10/kernels.h"

struct Settings {
	const struct parallel_fused *kernels; /* Those of the level. */
	double threshold;                     /* Steps; calls with fewer are left as they are. */
	void (*served)();
	void (*declined)();
};

extern Settings settings;

/* Whether a call may be served, in the usual floating-point environment, and is worth it. */
inline bool worth(double steps)
{
	return steps >= settings.threshold && (_mm_getcsr() & 0xffc0) == 0x1f80;
}

/*
 * Run `serve`, which says whether it did all the work. Without memory nothing has been done if
 * it computes before it writes. errno stays as it is.
 */
template <typename Serve> bool served(double steps, Serve serve)
{
	const int before = errno;
	bool done = false;

	try {
		done = worth(steps) && serve();
	} catch (const std::bad_alloc &) {
	}
	errno = before;
	(done ? settings.served : settings.declined)();
	return done;
}

#endif
