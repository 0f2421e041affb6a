#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh SOURCES OUTPUT: the reader with all that it needs, under libFuzzer and the sanitizers.
set -e
sources=$1 output=$2
CC=${FUZZ_CC:-clang}
libraries=$(pkg-config --cflags --libs libdw libelf jansson zlib)
# Without what records, compares, measures or makes pages.
others='cmd_\|main\.\|runtime\.\|plugin_probe\|list_plugins\|find_kernels\|report_html\|bench\|launch'
others="$others\|program\.\|recording_place\|page_\|compare_html"
files=$(ls "$sources"/analyzer/*.c | grep -v "/\($others\)")
for name in elf_file debug_file locate locate_rtti locate_symbols match; do
	files="$files $sources/kernels/$name.c"
done
mkdir -p "$(dirname "$output")"
# shellcheck disable=SC2086 # Each is a list of words.
exec "$CC" -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -DRECOAT_VERSION='"fuzzed"' -DRECOAT_LIBDIR='""' \
	-DRECOAT_PKGDATADIR='""' -DRECOAT_PKGLIBDIR='""' -I"$sources/include" -I"$sources" \
	-o "$output" $files \
	"$sources/tests/fuzz/fuzzer.c" "$sources/tests/fuzz/reader.c" $libraries -lm
