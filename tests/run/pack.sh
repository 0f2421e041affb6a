#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A packed recording says the same where the program is gone.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 12

# A program of its own, which can be taken away.
mkdir bin && cp "$targets/heap_known" bin/program
recoat record -o rec -- bin/program >/dev/null 2>&1
# All but the path of the recording.
shown() {
	recoat report --json "$1" | grep -v '"recording"' | sed "s|\"trace\":\"[^\"]*/|\"trace\":\"|"
}
shown rec >before
names_are_there() { grep -q '"function":"grow".*heap_known.c","line":17' before; }
ok "functions and lines are known first" names_are_there

ok "it is packed into a directory" recoat pack -o packed rec
ok "and into an archive" recoat pack -o packed.tar.gz rec
by_default() { recoat pack rec && tar -tf rec.tar.gz | grep -q '^rec/symbols$'; }
ok "whose name need not be given" by_default

mkdir tmp && TMPDIR=$work/tmp && export TMPDIR
mkdir elsewhere && mv packed packed.tar.gz elsewhere && mv bin gone
unpacked() { shown rec >bare && ! grep '"function":"grow"' bare; }
ok "without the program, the recording alone has no names" unpacked
same() { shown elsewhere/packed >after && diff before after; }
ok "the packed one says the same as before" same
same_archive() { shown elsewhere/packed.tar.gz >after && diff before after && [ -z "$(ls -A tmp)" ]; }
ok "so does the archive, which leaves nothing behind" same_archive

mkdir bin && cp "$targets/snapshots" bin/program
replaced() {
	recoat report elsewhere/packed >text && cat text && grep -q 'grow *heap_known.c:17' text &&
		grep -q "bin/program: the file was replaced" text
}
ok "another program in its place is noticed" replaced

# refused TEXT COMMAND...
refused() {
	like=$1
	shift
	"$@" >out 2>message && return 1
	cat message
	[ "$(wc -l <message)" = 1 ] && grep -q "$like" message
}
damaged() {
	refused 'is there already' recoat pack -o elsewhere/packed rec &&
		refused 'expected a recording' recoat pack -o new nothing && [ ! -e new ] &&
		echo text >text && refused 'text: a file, expected a directory or an archive' recoat report text &&
		[ -z "$(ls -A tmp)" ] && refused 'no/place/new: No such file' recoat pack -o no/place/new rec &&
		sed -i 's/^at\t/at\tx/' elsewhere/packed/symbols &&
		refused 'symbols: line 3: found "x.*expected an address' recoat report elsewhere/packed &&
		echo other >elsewhere/packed/symbols &&
		refused 'symbols: line 1: found "other", expected "recoat-symbols-1"' \
			recoat report elsewhere/packed &&
		: >elsewhere/packed/symbols && refused 'an empty file' recoat report elsewhere/packed
}
ok "what cannot be packed or read is refused in one line" damaged

dumped() {
	recoat dump rec >before && recoat dump rec.tar.gz >after && grep -q '^process_start' after &&
		diff before after && [ -z "$(ls -A tmp)" ]
}
ok "dump reads an archive, too" dumped

# special NAME COMMAND...: an archive of the recording with what the command makes in its trace.
special() {
	rm -rf special special.tar
	mkdir special && cp -r rec special/rec && (cd special/rec/program-* && "$@") &&
		tar -cf special.tar -C special rec
}
# waits TEXT COMMAND...: refused, and not by opening what makes it wait for ever.
waits() {
	like=$1
	shift
	timeout 60 "$top_builddir/recoat" "$@" >out 2>message && return 1
	cat message
	[ "$(wc -l <message)" = 1 ] && grep -q "$like" message && [ -z "$(ls -A tmp)" ]
}
no_files() {
	special mkfifo spans-9 && waits 'special.tar: holds rec/.*/spans-9, which is a FIFO' report special.tar &&
		waits 'spans-9, which is a FIFO' dump special.tar &&
		special ln -s /etc/passwd spans-9 && waits 'spans-9, which is a symbolic link' report special.tar &&
		special mkfifo ../symbols && waits 'symbols, which is a FIFO' report special.tar
}
ok "an archive with more than files is refused" no_files
no_files_either() {
	special mkfifo ../symbols && waits 'symbols: a FIFO, expected a regular file' report special/rec &&
		special mkdir ../killed-1-1 && mkfifo special/rec/killed-1-1/process.live &&
		waits 'process.live: a FIFO, expected a regular file' pack -o copy.tar special/rec &&
		[ ! -e copy.tar ]
}
ok "so is a directory" no_files_either
