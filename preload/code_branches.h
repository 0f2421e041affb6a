/* SPDX-License-Identifier: Apache-2.0 */
/* Where the branches in a module's code lead. */
#ifndef RECOAT_CODE_BRANCHES_H
#define RECOAT_CODE_BRANCHES_H

/*
 * Code is not decoded here: any four bytes behind the opcode of a call, a jump or a conditional
 * jump with a displacement of 32 bits count, so that no branch is missed and a few are found that
 * are none. `text` must be readable. One thread at a time; no allocation but pages.
 */

#include <stdbool.h>
#include <stdint.h>

struct recoat_mapping;

/* Does a branch in `text` lead to an address from `from` up to, and not including, `end`? */
bool recoat_branches_search(const struct recoat_mapping *text, uint64_t from, uint64_t end);

/*
 * The same for a range within `text`, when it is asked again and again: with the second question
 * about a text it is taken down where all of its branches lead, in a bit a byte, and the third is
 * answered from that. What is changed in the text later is not seen before it is forgotten.
 */
bool recoat_branches_lead_into(const struct recoat_mapping *text, uint64_t from, uint64_t end);

/* Give that memory back. Before other code is mapped in a text's place, at the latest. */
void recoat_branches_forget(void);

#endif
