#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# librecoat.so shows what it intercepts and nothing else, and needs libc alone.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 3

listed() {
	sed -n '/^global:/,/^local:/s/^\t\([A-Za-z_0-9]*\);$/\1/p' "$top_srcdir/preload/preload.map" | sort
}
shown() { nm -D --defined-only "$shim" | awk '{ print $3 }' | sort; }
needed() { readelf -d "$shim" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
same_exports() { listed >listed && shown >shown && diff listed shown; }
only_libc() { ! needed | grep -vE '^(libc\.so\.6|ld-linux-x86-64\.so\.2)$'; }
writable_code() { ! readelf -lW "$shim" | grep -E ' (RWE|WE) '; }

ok "exports are those of preload.map" same_exports
ok "libc is the only library needed" only_libc
ok "no segment is writable and executable" writable_code
