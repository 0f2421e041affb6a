/* SPDX-License-Identifier: Apache-2.0 */
/* recoat list plugins. */
#ifndef RECOAT_LIST_PLUGINS_H
#define RECOAT_LIST_PLUGINS_H

#include <stdbool.h>

/*
 * Print the plugins of the path on stdout, as text or JSON; on stderr a line about each file
 * that is none. Returns the exit status.
 */
int recoat_list_plugins(bool json);

#endif
