/* SPDX-License-Identifier: Apache-2.0 */
/* How many locks each thread holds. */
#include "preload/lock.h"

__thread unsigned recoat_locks_held;
