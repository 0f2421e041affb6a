#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins and all the ways in which things end: processes, calls, what was chosen; and whose CPU
# time it was.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v cc >/dev/null || skip_all "no C compiler here"
plan 33

RECOAT_KERNEL_PATH=$top_srcdir/tests/targets
RECOAT_PLUGIN_PATH=$work/plugins
XDG_RUNTIME_DIR=$work/run
export RECOAT_PLUGIN_PATH XDG_RUNTIME_DIR
mkdir plugins run
# build NAME [OPTION...]: the plugin demo_plugin.c.
build() {
	name=$1
	shift
	cc -shared -fPIC -pthread -I"$top_srcdir/include" -DNAME="\"$name\"" -o "plugins/$name.so" "$@" \
		"$top_srcdir/tests/targets/demo_plugin.c"
}
build demo && build outer && build first -DABI=1 && build alone -DALONE || exit 99
# real NAME: the target itself, not libtool's script, which would be killed in its place.
real() { if [ -x "$targets/.libs/$1" ]; then echo "$targets/.libs/$1"; else echo "$targets/$1"; fi; }
plugin() { json "$1" "(lambda p: $3)([p for p in d['plugins'] if p['plugin'] == '$2'][0])"; }
# link FILE KERNEL IMPLEMENTATION EXPRESSION: over the link's row, called `k`.
link() {
	json "$1" "(lambda k: $4)([k for k in d['kernels'] if k['kernel'] == '$2' and
		k['implementation'] == '$3'][0])"
}

# ---- The end of a process. ----

# start NAME [VARIABLE=VALUE...]: the target `swapped` with the plugin demo, once it has called it.
start() {
	name=$1
	shift
	rm -f ask seen && mkfifo ask
	env RECOAT_OUTPUT="$work/$name" RECOAT_PLUGINS=demo LD_PRELOAD="$shim" "$@" "$(real swapped)" \
		<ask >seen &
	pid=$!
	exec 3>ask
	look
}
# What the next calls gave: 01 for each thread that the plugin served, 10 for one that it did not.
look() {
	: >seen
	# A call that began before may still end after the first look.
	printf '..' >&3
	until [ "$(wc -l <seen)" -ge 2 ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	sed -n '$p' seen
}
finish() {
	exec 3>&-
	wait "$pid"
}
killed() {
	start killed >now && kill -9 "$pid"
	finish 2>/dev/null
	test $? = 137 && recoat report --json killed >killed.json
}
ok "a process with plugins is killed in the middle of its work" killed
ok "its counters are in the recording" plugin killed.json demo \
	"p['counters']['served'] > 0 and p['counters']['memory_peak'] >= 1000"
# Two threads may have been between counting and the end of the call.
ok "to the last call" link killed.json demo.sum demo \
	"0 <= [p['counters']['served'] for p in d['plugins']][0] - k['calls'] <= 2"
ok "counters that were never counted are not told of" plugin killed.json demo \
	"'declined' not in p['counters'] and 'mismatches' not in p['counters']"
babeltrace() { babeltrace2 "$work/killed" 2>&1 | grep 'plugin_count:.* plugin = "demo", name = "served"'; }
if command -v babeltrace2 >/dev/null; then
	ok "babeltrace2 reads them" babeltrace
else
	skip "babeltrace2 reads them" "it is not installed"
fi
counters=$(echo killed/*/counters-0)
cp "$counters" whole
refused() { ! recoat report killed >out 2>err && cat err && grep "counters-0: offset 64: .*expected" err; }
printf '\377' | dd of="$counters" bs=1 seek=64 conv=notrunc 2>/dev/null
ok "a counter that is none is refused" refused
cp whole "$counters"
cp whole "$counters.live"
live() { ! recoat report killed >out 2>err && grep "counters-0.live: not a file of a recording" err; }
ok "so is a live file of them" live
rm "$counters.live"
forked() {
	recoat record -p demo -o fork -- "$(real plugged)" fork "$top_builddir/tests/.libs/libdemo.so" >out 2>err
	recoat report --json fork >fork.json && plugin fork.json demo \
		"(p['counters']['served'], p['counters']['memory'], p['counters']['memory_peak']) == (2, 1200, 1400)"
}
ok "a child begins at 0, but holds what its parent held" forked

# ---- Without spans. ----

quiet() {
	start quiet RECOAT_SPANS=off >last
	for choice in none demo none; do
		recoat swap "$pid" "$choice" && look >>last
	done
	finish && cat last && test "$(tr '\n' ' ' <last)" = "0101 1010 0101 1010 "
}
ok "without spans plugins serve, and are swapped" quiet
recoat report --json quiet >quiet.json
ok "their counters are there" plugin quiet.json demo "p['counters']['served'] > 0"
ok "and no calls" json quiet.json "[k['calls'] for k in d['kernels']] == [0] * len(d['kernels'])"
"$(real spans)" >native.out
jumps() {
	recoat record --spans "$1" -p demo:factor=1,outer:factor=1 -o "jump-$1" -- "$(real spans)" >under.out 2>err
	test $? = 3 && diff native.out under.out
}
ok "longjmp and cancellation over plugins" jumps auto
ok "also without spans" jumps off
ok "also where spans are summed up" jumps aggregate

# A plugin that throws: what the kernel's caller catches, and what ends.
if command -v c++ >/dev/null; then
	c++ -shared -fPIC -I"$top_srcdir/include" -o plugins/throwing.so "$top_srcdir/tests/targets/throwing_plugin.cc" ||
		exit 99
	throws() {
		recoat record --spans "$1" -p throwing,outer:factor=1 -o "throw-$1" -- "$(real throws)" >out 2>err
		test $? = 3 && test "$(grep -c 'thrown through the kernel' out)" = 2 &&
			test "$(grep -c 'thrown by the plugin' out)" = 1
	}
	ok "what a plugin throws comes to the kernel's caller" throws auto
	recoat report --json throw-auto >throw.json
	ok "and ends its own spans and those around" json throw.json \
		"{k['implementation']: (k['calls'], k['unwound']) for k in d['kernels'] if k['kernel'] == 'demo.call'} ==
		 {'throwing': (6, 6), 'outer': (6, 5), 'original': (6, 5)}"
	ok "also without spans" throws off
else
	for what in caller spans off; do skip "a plugin that throws: $what" "no C++ compiler"; done
fi

# ---- Threads of a plugin's own. ----

# Each call is burnt in a thread for 30 ms of its CPU time, while the caller sleeps.
burn() {
	recoat record -p "outer:from=100,$1:factor=1:burn=30" -o "burn-$1" -- "$(real spans)" >under.out 2>err
	test $? = 3 && diff native.out under.out && recoat report --json "burn-$1" >"burn-$1.json"
}
burnt="[p['counters']['burnt_ns'] for p in d['plugins'] if 'burnt_ns' in p['counters']][0]"
ok "a plugin's thread works for calls" burn demo
ok "its CPU time is the plugin's" link burn-demo.json demo.sum demo "k['cpu_calls'] == 7 and k['cpu_ns'] >= $burnt"
ok "and that of the plugin around" link burn-demo.json demo.sum outer "k['cpu_ns'] >= $burnt"
ok "and of the kernel around, for the calls from there" link burn-demo.json demo.repeat original \
	"k['cpu_ns'] >= 5 * 30e6"
ok "and not of the original" link burn-demo.json demo.sum original "k['cpu_ns'] < $burnt"
ok "its samples, too" link burn-demo.json demo.sum demo "k['cpu_samples'] > 0 and k['cpu_sampled_ns'] > $burnt / 4"
burn alone
ok "what does not say for whom it works is nobody's" link burn-alone.json demo.sum alone "k['cpu_ns'] < $burnt"
first() {
	recoat record -p first -o first -- "$(real spans)" >under.out 2>err
	recoat report --json first >first.json && plugin first.json first "p['counters']['served'] > 0 and not p['refused']"
}
ok "a plugin made for ABI 1 serves" first

# ---- Whose process may be swapped, and from where. ----

start stale >now
mode() { stat -c '%a %u' run/recoat "run/recoat/$pid" | tr '\n' ' ' | grep -x "700 $(id -u) 600 $(id -u) "; }
ok "the file and its directory are the user's alone" mode
elsewhere() { env -u XDG_RUNTIME_DIR "$top_builddir/recoat" swap "$pid" | grep -x demo; }
ok "it is found whatever the environment of who looks" elsewhere
kill -9 "$pid"
finish 2>/dev/null
left=$pid
start fresh >now
# As if the number had been used again: a file that nobody maps is not looked at.
stale() {
	test -e "run/recoat/$left" && mv "run/recoat/$left" "run/recoat/$$" && ! recoat swap $$ none 2>refused &&
		grep "process $$ has no plugin" refused && rm "run/recoat/$$"
}
ok "the file of a killed process switches nothing" stale
finish

# A directory into which others can put files, or that is elsewhere, is not used; /tmp is.
loose() {
	mkdir loose && "$@" loose/recoat && start loose-run XDG_RUNTIME_DIR="$work/loose" >now &&
		test ! -e "loose/recoat/$pid" && test -e "/tmp/recoat-$(id -u)/$pid" &&
		recoat swap "$pid" none && test "$(look)" = 1010
	result=$?
	finish
	rm -rf loose
	return $result
}
ok "a directory that others may write is not used" loose mkdir -m 777
mkdir else
ok "nor is a link to one" loose ln -s "$work/else"

# In a container of its own numbers, where the process has the number 1.
inside="unshare --user --map-root-user --pid --fork"
if $inside true 2>/dev/null; then
	numbers() {
		rm -f ask seen && mkfifo ask
		RECOAT_OUTPUT="$work/inside" $inside env RECOAT_PLUGINS=demo LD_PRELOAD="$shim" "$(real swapped)" <ask >seen &
		pid=$!
		exec 3>ask
		look >now
		real=$(cat "/proc/$pid/task/$pid/children")
		test -e run/recoat/1 && recoat swap "${real% }" none && test "$(look)" = 1010
		result=$?
		finish
		return $result
	}
	ok "a process with another number inside is found" numbers
else
	skip "a process with another number inside is found" "no namespaces here"
fi

# Other users: none may swap for another, not even root, by mistake.
other="setpriv --reuid=65534 --regid=65534 --clear-groups"
if $other test -x "$(real swapped)" 2>/dev/null; then
	chmod 755 "$work" && mkdir -m 777 others
	theirs() {
		rm -f ask seen && mkfifo ask
		$other env RECOAT_OUTPUT="$work/others/rec" RECOAT_PLUGINS=demo XDG_RUNTIME_DIR="$work/others" \
			LD_PRELOAD="$shim" "$(real swapped)" <ask >seen &
		pid=$!
		exec 3>ask
		look >now
		test -e "others/recoat/$pid" && ! recoat swap "$pid" none 2>refused && test "$(look)" = 0101 &&
			grep "process $pid has no plugin before a kernel, or is not yours" refused
		result=$?
		finish
		return $result
	}
	ok "another user's process is not swapped" theirs
	ours() {
		start ours >now
		! $other "$top_builddir/recoat" swap "$pid" none 2>refused && test "$(look)" = 0101
		result=$?
		finish
		return $result
	}
	ok "nor ours by another user" ours
else
	skip "another user's process is not swapped" "only root can try"
	skip "nor ours by another user" "only root can try"
fi
