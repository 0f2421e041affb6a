#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh SOURCES OUTPUT: the reader with all that it needs, under libFuzzer and the sanitizers.
set -e
sources=$1 output=$2
CC=${FUZZ_CC:-clang}
libraries=$(pkg-config --cflags --libs libdw libelf jansson zlib)
files=$(ls "$sources"/analyzer/*.c | grep -v '/cmd_\|/main\.c\|/runtime\.c')
mkdir -p "$(dirname "$output")"
# shellcheck disable=SC2086 # Each is a list of words.
exec "$CC" -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -DRECOAT_VERSION='"fuzzed"' -DRECOAT_LIBDIR='""' \
	-DRECOAT_PKGDATADIR='""' -I"$sources/include" -I"$sources" -o "$output" $files \
	"$sources/tests/fuzz/fuzzer.c" "$sources/tests/fuzz/reader.c" $libraries -lm
