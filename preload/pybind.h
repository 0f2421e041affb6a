/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that pybind11 binds: only its own records know where they are. */
#ifndef RECOAT_PYBIND_H
#define RECOAT_PYBIND_H

/*
 * pybind11 keeps a record a function in a capsule, which it hands to PyCMethod_New (before
 * Python 3.9, PyCFunction_NewEx) as the new function's `self`. Where a module that an entry with
 * `pybind` may mean calls these through its GOT, its slots are led to ours, which look at the
 * record behind the real function's back. What a record looks like is pybind11's private
 * matter, so nothing of it is believed unchecked (seen in 2.10.3: name at 0, the bound code's
 * address at 56, then a pointer to the method's definition and one to its class).
 * Only the first of several overloads is seen: others join its record later.
 */

#include <stdbool.h>

struct recoat_elf_image;
struct recoat_module;

/*
 * Look at a new module, and say whether it is watched from now on. Under the loader's lock, after
 * recoat_hook_init().
 */
bool recoat_pybind_watch(const struct recoat_elf_image *image, const struct recoat_module *module);

#endif
