/* SPDX-License-Identifier: Apache-2.0 */
/* C++ names as a programmer wrote them. */
#ifndef RECOAT_DEMANGLE_H
#define RECOAT_DEMANGLE_H

/*
 * The demangled form of `name`, for the caller to free, or NULL if it is not a mangled name
 * or no demangler is at hand. The C++ runtime's own is used, opened at the first mangled
 * name, so that this program stays one of C.
 */
char *recoat_demangle(const char *name);

#endif
