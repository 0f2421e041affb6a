#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins before kernels: served, declined, refused, forked, thrown through, unloaded.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v cc >/dev/null || skip_all "no C compiler here"
plan 50
# A wrong plugin may make a loop endless: no file of more than 50 MB.
ulimit -f 100000

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
libraries=$top_builddir/tests/.libs
target=$targets/spans
[ -x "$targets/.libs/spans" ] && target=$targets/.libs/spans
thrower=$targets/throws
[ -x "$targets/.libs/throws" ] && thrower=$targets/.libs/throws

# build FILE [OPTION...]: the plugin demo_plugin.c as plugins/FILE.so.
mkdir plugins
RECOAT_PLUGIN_PATH=$work/plugins
export RECOAT_PLUGIN_PATH
build() {
	file=$1
	shift
	cc -shared -fPIC -pthread -I"$top_srcdir/include" -o "plugins/$file.so" "$@" \
		"$top_srcdir/tests/targets/demo_plugin.c"
}
# plugin FILE NAME EXPRESSION: over the plugin's entry, called `p`; `d` is the whole report.
plugin() { json "$1" "(lambda p: $3)([p for p in d['plugins'] if p['plugin'] == '$2'][0])"; }
# served FILE KERNEL IMPLEMENTATION: by how many calls.
served() {
	json "$1" "[k['calls'] for k in d['kernels'] if k['kernel'] == '$2' and
		k['implementation'] == '$3'] == $4" || { json "$1" "d['kernels']"; false; }
}

# ---- Good plugins. ----

ok "a plugin is built with the header alone" build demo
build outer -DNAME='"outer"'
"$target" >native.out
doubled() {
	recoat record -p demo -o good -- "$target" >under.out 2>err
	test $? = 3 && recoat report --json good >good.json && ! diff native.out under.out
}
ok "a swapped kernel gives the plugin's result" doubled
ok "the plugin served each call" served good.json demo.sum demo "[7]"
ok "and the original served it" served good.json demo.sum original "[7]"
ok "counters are in the recording" plugin good.json demo \
	"p['counters']['served'] == 11 and 'declined' not in p['counters']"
ok "so is the memory that the plugin holds" plugin good.json demo \
	"(p['counters']['memory'], p['counters']['memory_peak']) == (2800, 3400)"
ok "and what it says, and where it was put" plugin good.json demo \
	"p['version'] == '7' and [t['text'] for t in p['log']] == ['demo_sum']"
ok "the report shows who served" sh -c "'$top_builddir/recoat' report good | grep -q 'demo.sum .* demo '"

recoat record -p demo:from=4:factor=1,outer:factor=1 -o chain -- "$target" >under.out 2>err
recoat report --json chain >chain.json
ok "a factor of 1 changes nothing" diff native.out under.out
ok "small problems are declined" plugin chain.json demo "p['counters']['declined'] == 1"
ok "what is declined goes to the next plugin" served chain.json demo.sum outer "[1]"
ok "and what is not goes to the original at once" served chain.json demo.sum original "[7]"
same_tree() { recoat report --tree time "$1" | grep -q '<demo.call> by outer'; }
ok "links nest in the call graph" same_tree chain
ok "longjmp and cancellation end the spans of all links" json chain.json \
	"sorted((k['implementation'], k['calls'], k['unwound']) for k in d['kernels']
		if k['kernel'] == 'demo.call') == [('demo', 4, 2), ('original', 4, 2), ('outer', 4, 2)]"

recoat record -p demo,outer -o throw -- "$thrower" >under.out 2>err
status=$?
recoat report --json throw >throw.json
ok "exceptions pass through plugins" test "$status" = 2
ok "and end the spans of all links" json throw.json \
	"[(k['calls'], k['unwound']) for k in d['kernels'] if k['kernel'] == 'demo.call'] == [(6, 4)] * 3"
recoat record --kernels 'demo.re*' -p demo -o some -- "$target" >under.out 2>err
ok "--kernels limits what is swapped" diff native.out under.out

# ---- Modules that come and go, children. ----

reloads() {
	recoat record -p demo -o reload -- "$targets/plugged" reload "$libraries/libdemo.so" >out 2>err
	test "$(tr '\n' ' ' <out)" = "14 14 14 " && recoat report --json reload >reload.json &&
		served reload.json demo.sum demo "[3]"
}
ok "a module that is loaded again is swapped again" reloads
forks() {
	recoat record -p demo -o fork -- "$targets/plugged" fork "$libraries/libdemo.so" >out 2>err
	test "$(tr '\n' ' ' <out)" = "14 14 " && recoat report --json fork >fork.json &&
		served fork.json demo.sum demo "[2]"
}
ok "a forked child keeps its plugins" forks
ok "plugins hear of the fork" plugin fork.json demo "p['counters']['forks'] == 101"
ok "and counters of parent and child add up" plugin fork.json demo "p['counters']['served'] == 2"

build late -DNAME='"late"' -DNO_SWAPS
build late-demo -DNAME='"late"'
late() {
	recoat record -p late:factor=3 -o late -- "$targets/plugged" reload "$libraries/libdemo.so" >out 2>err
	test "$(tr '\n' ' ' <out)" = "21 21 21 " && recoat report --json late >late.json
}
ok "an object for one ABI is opened when a kernel of it is found" late
not_opened() {
	recoat record -p late -o none -- /bin/true && recoat dump none | grep late.so &&
		! recoat dump none | grep late-demo.so
}
ok "and not else" not_opened
missing_libraries() {
	build late-other -DNAME='"late"' -Wl,--no-as-needed -L. -lnot_there || return
	rm libnot_there.so
	recoat record -p late -o none2 -- /bin/true
}
echo 'int nothing;' >nothing.c
cc -shared -fPIC -Wl,-soname,libnot_there.so -o libnot_there.so nothing.c
ok "an object whose libraries are missing is no reason to refuse" missing_libraries
second() {
	cat >twice.kernels <<-'CATALOGUE'
		[demo.sum]
		abi = demo
		symbol = demo_sum
		symbol = use_demo
	CATALOGUE
	RECOAT_KERNEL_PATH=$work recoat record -p demo -o twice -- "$targets/loads" \
		"$libraries/libdemo.so" "$libraries/use_demo.so" >under.out 2>err
	grep -qx '6 60' under.out && recoat report --json twice >twice.json && plugin twice.json demo "len(p['unswapped']) == 1"
}
ok "a second entry point of a kernel is left to itself, and said" second

# ---- Swapping while the program runs. ----

XDG_RUNTIME_DIR=$work/run
export XDG_RUNTIME_DIR
mkdir run
swaps() {
	target=$targets/swapped
	[ -x "$targets/.libs/swapped" ] && target=$targets/.libs/swapped
	mkfifo ask
	RECOAT_OUTPUT=$work/swap RECOAT_PLUGINS=demo LD_PRELOAD=$shim "$target" <ask >seen &
	pid=$!
	exec 3>ask
	for choice in demo none demo none; do
		until [ -e "run/recoat/$pid" ]; do sleep 0.01; done
		recoat swap "$pid" "$choice" || break
		# A call that began before may still end after the first look.
		printf '..' >&3
		until [ "$(wc -l <seen)" -ge 2 ]; do sleep 0.01; done
		sed -n '$p' seen >>last
		: >seen
	done
	recoat swap "$pid" >now
	exec 3>&-
	wait "$pid" && cat last && test "$(tr '\n' ' ' <last)" = "0101 1010 0101 1010 "
}
ok "two threads go over to what was swapped" swaps
ok "recoat swap tells what is used" grep -qx none now
ok "the process takes its file along" test ! -e "run/recoat/$pid"
in_flight() {
	target=$targets/gated
	[ -x "$targets/.libs/gated" ] && target=$targets/.libs/gated
	RECOAT_OUTPUT=$work/flight RECOAT_PLUGINS=demo:gate="$work/gate",outer LD_PRELOAD=$shim "$target" >out &
	pid=$!
	until [ -e gate ]; do sleep 0.01; done
	recoat swap "$pid" none
	rm gate
	wait "$pid" && recoat report --json flight >flight.json && served flight.json demo.call outer "[1]" &&
		served flight.json demo.call demo "[1]" && served flight.json demo.call original "[2]"
}
ok "a call under way ends with the plugins it began with" in_flight
some() {
	RECOAT_OUTPUT=$work/subset RECOAT_PLUGINS=demo:gate="$work/gate",outer LD_PRELOAD=$shim "$target" >out &
	pid=$!
	until [ -e gate ]; do sleep 0.01; done
	recoat swap "$pid" outer >said
	! recoat swap "$pid" outer,demo 2>refused
	rm gate
	wait "$pid" && grep -qx 'demo,outer -> outer' said && recoat report --json subset >subset.json &&
		grep 'found "outer,demo", expected none or some of demo,outer, in this order' refused &&
		served subset.json demo.call outer "[2]" && served subset.json demo.call demo "[1]"
}
ok "any of the plugins can be chosen, in their order" some
strangers() { ! recoat swap $$ none 2>refused && grep "process $$ has no plugin" refused; }
ok "a process without plugins is refused" strangers

# ---- Bad plugins. ----

# bad WHAT PATTERN LIST: refused before the start, and left out under LD_PRELOAD alone.
bad() {
	ok "refused: $1" refused "$2" "$3"
}
refused() {
	timeout 60 "$top_builddir/recoat" record -p "$2" -o never -- "$targets/endings" >out 2>err
	test $? = 125 && cat err && test "$(wc -l <err)" = 1 && grep -q -- "$1" err && ! test -s out &&
		! test -e never || return 1
	timeout 60 env RECOAT_PLUGINS="$2" RECOAT_OUTPUT="$work/bare-$2" LD_PRELOAD="$shim" "$targets/endings" >out 2>err
	test $? = 0 && cat err && test "$(grep -c '^recoat: .*running without' err)" = 1 && test "$(wc -l <err)" = 1
}
build short -DNAME='"short"' -DSIZE=40
build future -DNAME='"future"' -DABI=9 -DABI_NEEDED=9
build past -DNAME='"past"' -DABI=0 -DABI_NEEDED=0
build renamed
build empty -DNO_SYMBOL
build failing -DNAME='"failing"' -DFAIL
echo 'no ELF' >plugins/text.so
mkfifo plugins/fifo.so
build arm -DNAME='"arm"'
printf '\267' | dd of=plugins/arm.so bs=1 seek=18 conv=notrunc 2>/dev/null
build cut -DNAME='"cut"'
truncate -s $(($(wc -c <plugins/cut.so) / 2)) plugins/cut.so
bad "a plugin that is not there" 'plugin nowhere: found no nowhere.so in' nowhere
bad "a file that is no library" 'text.so: ' text
bad "a file that never ends" 'fifo.so: found no regular file, expected a shared object' fifo
bad "an object for another machine" 'arm.so: found an object for another machine .* machine 183' arm
bad "an object that was cut short" 'cut.so: found [0-9]* bytes, expected [0-9]* or more: cut short' cut
bad "a library that is no plugin" 'empty.so: found no symbol recoat_plugin' empty
bad "a struct that is too short" 'short.so: found recoat_plugin.struct_size 40, expected' short
bad "an ABI that is too new" 'future.so: found a plugin that needs ABI 9, expected at most 2' future
bad "an ABI that is too old" 'past.so: found plugin ABI 0, expected 1 or later' past
bad "another name" "renamed.so: found a plugin named 'demo', expected 'renamed'" renamed
bad "an unknown option" "demo.so: found the option 'speed', expected factor, from, gate" demo:speed=1
bad "a value out of range" "option factor: found '11', expected a number from -10 to 10" demo:factor=11
bad "a plugin that does not want to" 'failing.so: it cannot serve: no luck today' failing
bad "a list that is none" "plugins\|PLUGINS" demo,,demo
build crashing -DNAME='"crashing"' -DCRASH
crashes() {
	! recoat record -p crashing -- "$targets/endings" >out 2>err && cat err && test "$(wc -l <err)" = 1 &&
		grep 'crashing.so: killed by signal 6 (Aborted) when it was opened' err
}
ok "refused: a plugin that crashes" crashes
environment() {
	! RECOAT_PLUGINS=failing recoat record -o never -- "$targets/endings" >out 2>err && cat err &&
		grep 'failing.so: it cannot serve' err
}
ok "refused: a bad plugin of the environment" environment

# ---- Listing. ----

lists() {
	recoat list plugins >out 2>err
	test $? = 1 && cat out err && grep '^demo 7: multiplies sums$' out && grep 'demo: demo.sum demo.call$' out &&
		grep 'factor  *real  *2  *-10 to 10  *of all sums$' out && grep 'short.so: found recoat_plugin.struct_size' err
}
ok "list plugins shows kernels, options, and what is bad" lists
recoat list plugins --json >list.json 2>/dev/null
ok "so does its JSON" json list.json "[o for p in d if p['name'] == 'demo' for o in p['options']][0] ==
	{'name': 'factor', 'type': 'real', 'default': '2', 'minimum': -10, 'maximum': 10,
	 'choices': None, 'summary': 'of all sums'}"
ok "an object for one ABI is listed with its plugin" json list.json \
	"[(len(p['abi_files']), p['kernels'][0]) for p in d if p['name'] == 'late'] ==
	 [(1, {'kernel': 'demo.sum', 'abi': 'demo'})]"
