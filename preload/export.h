/* SPDX-License-Identifier: Apache-2.0 */
/* Marks the few functions that librecoat.so shows; preload.map lists the same. */
#ifndef RECOAT_EXPORT_H
#define RECOAT_EXPORT_H

#define RECOAT_EXPORT __attribute__((visibility("default")))

#endif
