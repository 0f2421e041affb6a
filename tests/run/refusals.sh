#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad input: one clear line, a non-zero exit, and the program was not started.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 37

# refused WHAT PATTERN COMMAND...: fails with one line on stderr that matches.
refused() {
	what=$1
	pattern=$2
	shift 2
	ok "$what" one_line "$pattern" "$@"
}
one_line() {
	pattern=$1
	shift
	timeout 20 "$@" >refused.out 2>refused.err </dev/null
	status=$?
	echo "exit status $status, stderr:"
	cat refused.err
	[ "$status" -gt 0 ] && [ "$status" -lt 129 ] && [ "$status" != 124 ] &&
		[ "$(wc -l <refused.err)" = 1 ] && grep -q "$pattern" refused.err &&
		[ ! -s refused.out ] && [ ! -e started ]
}
r=$top_builddir/recoat
start='touch started'

refused "a missing program" 'no-such-program' "$r" record -- no-such-program
refused "a missing path" '/no/such' "$r" record -- /no/such
refused "a directory as program" "$work" "$r" record -- "$work"
echo data >data && refused "a file that is not executable" 'data' "$r" record -- ./data
echo '#!/no/such/interpreter' >script && chmod +x script &&
	refused "a script without its interpreter" '/no/such/interpreter' "$r" record -- ./script
refused "no command" 'command' "$r" record
refused "an unknown option" 'bogus' "$r" record --bogus -- sh -c "$start"
refused "an unknown command" 'bogus' "$r" bogus
refused "an unknown heap level" "loud" "$r" record --heap loud -- sh -c "$start"
refused "a kernel glob that matches nothing" 'no.such' "$r" record --kernels no.such \
	-- sh -c "$start"
refused "a directory that cannot be made" '/proc/nowhere' "$r" record -o /proc/nowhere/rec \
	-- sh -c "$start"
echo x >file && refused "an output that is a file" 'file' "$r" record -o file -- sh -c "$start"
mkdir full && echo x >full/x &&
	refused "an output that holds something else" 'full' "$r" record -o full -- sh -c "$start"

printf 'int main(void) { return 0; }\n' >static.c
if gcc -static static.c -o static 2>/dev/null; then
	refused "a static program" 'static' "$r" record -- ./static
else
	skip "a static program" "no static libc"
fi
if [ -u /usr/bin/passwd ] && [ "$(id -u)" != 0 ]; then
	refused "a setuid program" 'set.\{0,1\}u' "$r" record -- /usr/bin/passwd --help
else
	skip "a setuid program" "none here, or nothing to gain from it"
fi

mkdir bad
printf '[a]\nabi = x\noperation = y\nsymbol = s\nsize = arg9\n' >bad/size.kernels
refused "a malformed size" 'bad/size.kernels:5: ' env RECOAT_KERNEL_PATH="$work/bad" "$r" record \
	-- sh -c "$start"
printf '[a]\nabi = x\noperation = y\nsymbol = s\ncolour = red\n' >bad/size.kernels
refused "an unknown key" 'bad/size.kernels:5: .*colour' env RECOAT_KERNEL_PATH="$work/bad" "$r" \
	list kernels
printf 'not an ini file\n' >bad/size.kernels
refused "no catalogue at all" 'bad/size.kernels:1: ' env RECOAT_KERNEL_PATH="$work/bad" "$r" \
	record -- sh -c "$start"

refused "directories of catalogues that are none" 'RECOAT_KERNEL_PATH: found "bad/size.kernels"' \
	env RECOAT_KERNEL_PATH=bad:bad/size.kernels "$r" record -- sh -c "$start"
refused "and to list" 'RECOAT_KERNEL_PATH: found "nowhere"' env RECOAT_KERNEL_PATH=nowhere "$r" \
	list kernels

mkdir fifo && mkfifo fifo/a.kernels
refused "a catalogue that is no file" 'fifo/a.kernels: found no regular file' \
	env RECOAT_KERNEL_PATH=fifo "$r" list kernels
listed() {
	mkdir 'b[1]' && printf '[a]\nabi = x\nsymbol = s\n' >'b[1]/a.kernels' &&
		RECOAT_KERNEL_PATH='b[1]' recoat list kernels | grep '^a .* b\[1\]/a.kernels$'
}
ok "a directory's name is no pattern" listed

refused "no recording" 'nowhere' "$r" report nowhere
mkdir empty && refused "an empty directory" 'empty' "$r" report empty
mkdir none && refused "no newest recording" 'recoat' sh -c "cd none && exec '$r' report"
mkdir foreign && echo hello >foreign/process &&
	refused "a foreign directory" 'foreign' "$r" report foreign
recoat record -o good -- /bin/true 2>/dev/null
damage() { rm -rf hurt; cp -r good hurt; trace=$(echo hurt/true-*); }
damage && truncate -s 1000 "$trace/process.live" &&
	refused "a truncated recording" 'process.live' "$r" report hurt
damage && printf 'GARBAGE!' | dd of="$trace/process.live" conv=notrunc 2>/dev/null &&
	refused "another magic number" 'process.live.*magic' "$r" report hurt
damage && dd if=/dev/urandom of="$trace/process.live" bs=1 seek=64 count=400 conv=notrunc \
	2>/dev/null && refused "garbage behind the header" 'process.live' "$r" report hurt
damage && : >"$trace/metadata" &&
	refused "empty metadata" 'metadata' "$r" report hurt
damage && sed -i 's/recoat_format = 1/recoat_format = 9/' "$trace/metadata" &&
	refused "another format" 'metadata.*9' "$r" report hurt
damage && chmod 000 "$trace/process.live" && if [ "$(id -u)" = 0 ]; then
	skip "an unreadable file" "root reads everything"
else
	refused "an unreadable file" 'process.live' "$r" report hurt
fi

# With LD_PRELOAD alone the target runs on, unprofiled, after one line.
runs_on() {
	variable=$1
	env "$variable" LD_PRELOAD="$shim" "$targets/endings" >out 2>err
	test $? = 0 && cat err && test "$(grep -c '^recoat: .*not recording$' err)" = 1 &&
		test "$(wc -l <err)" = 1
}
ok "bare: an unknown heap level" runs_on RECOAT_HEAP=loud
ok "bare: a directory that cannot be made" runs_on RECOAT_OUTPUT=/proc/nowhere/rec
ok "bare: a malformed catalogue" runs_on RECOAT_KERNEL_PATH="$work/bad"
quiet_default() {
	mkdir -p bare && cd bare && LD_PRELOAD="$shim" "$targets/endings" >out 2>err; status=$?
	cd ..
	test $status = 0 && ! test -s bare/err && recoat report bare/recoat-endings-*
}
ok "bare: no variable at all records into the current directory" quiet_default
gone() {
	mkdir gone && (cd gone && rmdir ../gone && LD_PRELOAD=$shim /bin/true) 2>err && cat err &&
		grep "^recoat: RECOAT_OUTPUT: found 'recoat-%e-%p', expected an absolute path" err
}
ok "bare: a current directory that is gone" gone
