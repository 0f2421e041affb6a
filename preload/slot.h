/* SPDX-License-Identifier: Apache-2.0 */
/* Writing one pointer of a module: GOT slots, relocated data, virtual function tables. */
#ifndef RECOAT_SLOT_H
#define RECOAT_SLOT_H

#include <stdbool.h>
#include <stdint.h>

struct recoat_module;

/*
 * Store `value` at `slot`, an aligned word of `module`, in one piece: another thread may be
 * calling through it. A page that is read-only, by RELRO or by its segment, is writable for that
 * moment and then protected as it was. False if that is not allowed; what was there stays, on a page
 * that stays writable if it cannot be protected again. The module must stay mapped; one writer at a
 * time (hooking happens under the loader's lock).
 */
bool recoat_slot_write(const struct recoat_module *module, uint64_t slot, uint64_t value);

#endif
