#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/tutorial-plugin.md, word for word, against an installed tree and nothing else.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v cc >/dev/null || skip_all "no C compiler here"
command -v pkg-config >/dev/null || skip_all "no pkg-config here"
plan 9

tutorial=$top_srcdir/docs/tutorial-plugin.md
dest=$work/dest
ok "recoat installs" make -C "$top_builddir" install DESTDIR="$dest"

# The .pc file says where things will be; a sysroot says where they are now.
PKG_CONFIG_PATH=$(dirname "$(find "$dest" -name recoat.pc)")
PKG_CONFIG_SYSROOT_DIR=$dest
prefix=$dest$(PKG_CONFIG_SYSROOT_DIR= pkg-config --variable=prefix "$PKG_CONFIG_PATH/recoat.pc")
PATH=$prefix/bin:$PATH
LD_LIBRARY_PATH=$prefix/lib
RECOAT_LIBRARY=$prefix/lib/librecoat.so
RECOAT_KERNEL_PATH=$prefix/share/recoat/kernels
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR PATH LD_LIBRARY_PATH
unset -f recoat

# code LANGUAGE: all blocks of the page in it.
code() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p;}" "$tutorial"; }
code c >fast.c
code sh >commands
ok "the plugin has 60 lines that are not empty, or a few more" sh -c 'test "$(grep -c . fast.c)" -le 70'
# The installed plugins lie elsewhere until the tree has moved to its place.
installed() { sed "s|RECOAT_PLUGIN_PATH=\$PWD|RECOAT_PLUGIN_PATH=\$PWD:$prefix/lib/recoat/plugins|" commands >script; }
ok "the page's commands are found" installed
ok "the header is clean in C11 and C++11" sh -c 'for w in "cc -std=c11 -x c" "c++ -std=c++11 -x c++"; do
	echo "#include <recoat/plugin.h>" | $w -pedantic -Wall -Wextra -Werror $(pkg-config --cflags recoat) \
		-fsyntax-only - || exit; done'
runs() { sh -e script >script.out 2>&1 || { cat script.out; false; }; }
ok "they run" runs
ok "the plugin is listed" grep '^fast 1: nearest-neighbour' script.out
ok "it served" sh -c 'recoat report --json first | grep -q "\"implementation\":\"fast\".*\"calls\":1,"'
unchanged() {
	amqadf map --method nearest --grid 32 -o native.npy points.csv && cmp native.npy a.npy &&
		cmp native.npy b.npy && cmp native.npy c.npy
}
ok "with the original's results" unchanged
verified() { recoat report second | tee report | grep '^verify .*verified [1-9]' && ! grep MISMATCH report; }
ok "as verify says" verified
