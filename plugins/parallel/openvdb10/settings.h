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

/* Of a thread that tries a kernel (trial.h): any call is worth it, none is counted. */
struct Trying {
	bool served;
};

extern thread_local struct Trying *trying;

/* Whether a call may be served, in the usual floating-point environment, and is worth it. */
inline bool worth(double steps)
{
	return (trying || steps >= settings.threshold) && (_mm_getcsr() & 0xffc0) == 0x1f80;
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
	if (trying)
		trying->served = done;
	else
		(done ? settings.served : settings.declined)();
	return done;
}

#endif
