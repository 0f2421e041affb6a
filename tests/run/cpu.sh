#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CPU samples: shares that are known, threads, forks, and programs that use signals themselves.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 46

# same MODE: native and recorded alike, and the report as MODE.json.
same() {
	"$targets/cpu" "$1" >native.out 2>/dev/null
	native=$?
	recoat record -o "rec-$1" -- "$targets/cpu" "$1" >under.out 2>under.err
	under=$?
	recoat report --json "rec-$1" >"$1.json"
	ok "$1: as without" same_run
}
same_run() {
	echo "exit status $native natively, $under under recoat" &&
		[ "$native" = "$under" ] && diff native.out under.out
}
# part FILE FUNCTION EXPRESSION: over the share `s` of all samples in or below the function,
# its row `f` and all of them, `fs`.
part() {
	json "$1" "(lambda fs: (lambda f: (lambda s: $3)(f['total_ns'] / d['cpu']['cpu_sampled_ns']))
		(fs['$2']))({f['function']: f for f in d['functions']})"
}

line=$(sed -n "/sink = sink/=" "$top_srcdir/tests/targets/cpu.c")
same shares
ok "shares: three quarters" part shares.json large_part "0.60 < s < 0.90"
ok "shares: one quarter" part shares.json small_part "0.10 < s < 0.40"
ok "shares: together all" part shares.json shares "s > 0.95"
ok "shares: it is the inner function's own time" part shares.json step \
	"f['self_samples'] > fs['large_part']['self_samples']"
ok "shares: the sum is the CPU time, to a fifth" json shares.json \
	"(lambda p: 0.8 < p['cpu_sampled_ns'] / (p['user_ns'] + p['system_ns']) < 1.2)(
		d['processes'][0])"
few_lost="all(4 * p['cpu_lost_ns'] <= p['cpu_sampled_ns'] for p in d['processes'])"
ok "shares: little is lost, and only on a busy machine" json shares.json "$few_lost"
ok "shares: the line is told" json shares.json \
	"any(c['function'] == 'step' and c['file'].endswith('cpu.c') and abs(c['line'] - $line) <= 1
		for n in d['call_paths'] if n.get('cpu_samples') for c in d['frames'][n['frame']]['calls'])"
ok "shares: the tree" sh -c \
	"'$top_builddir/recoat' report --tree cpu rec-shares | grep -q '|-- large_part'"

ok "shares: the table, by total" sh -c \
	"'$top_builddir/recoat' report --sort total rec-shares | grep -A4 '^FUNCTIONS by total' |
		grep -q ' total '"

same deep
ok "deep: a recursive function counts once" part deep.json recurse "0.9 < s <= 1"

same threads
ok "threads: those made later are sampled" part threads.json in_thread "s > 0.8"
ok "threads: their path ends at their start" json threads.json \
	"d['events_without_call_path'] == 0"

same profiled
ok "profiled: sampled nevertheless" part profiled.json burn "s > 0.8"
same storm
ok "storm: every block is counted" json storm.json "d['heap']['allocations'] >= 10000"
same waits
ok "waits: sampled" json waits.json "d['cpu']['cpu_samples'] > 10"

same forks
ok "forks: the child is sampled" part forks.json in_child "s > 0.8"
ok "forks: in a process of its own" json forks.json \
	"[p['forked'] for p in d['processes'] if p['cpu_samples'] > 10] == [True]"

recoat record --heap off -o quiet -- "$targets/cpu" forks >under.out 2>&1
recoat report --json quiet >quiet.json
ok "forks: also a child without any event" part quiet.json in_child "s > 0.8"

same masks
ok "masks: blocking all signals does not end sampling" json masks.json \
	"d['cpu']['cpu_sampled_ns'] > 10000000"
same resets
ok "resets: sampling goes on" part resets.json in_child "s > 0.8"
same takes
ok "takes: sampling ends with a reason" json takes.json \
	"d['processes'][0]['cpu_stopped'] == 'the program has a handler of its own for the signal'"
ok "takes: up to there it is recorded" json takes.json \
	"10000000 < d['cpu']['cpu_sampled_ns'] < 90000000"
same interrupts
same dies
same spawns
# A dozen ticks, of which a busy machine may lose some.
ok "spawns: fork is told, although a lock is held over it" json spawns.json \
	"all(p['cpu_lost_ns'] <= p['cpu_sampled_ns'] for p in d['processes'])"
same stacks
ok "stacks: a coroutine's samples are its own" part stacks.json on_coroutine "s > 0.15"
ok "stacks: those of a handler's own stack are told" part stacks.json in_child "s > 0.15"

recoat record -o off --cpu 0 -- "$targets/cpu" shares >under.out 2>&1
recoat report --json off >off.json
ok "--cpu 0: no samples" json off.json \
	"d['cpu']['cpu_samples'] == 0 and d['processes'][0]['cpu_period_ns'] == 0"
ok "--cpu 0: no files for them" sh -c '! find off | grep cpu-0-0'
RECOAT_CPU=100 recoat record -o slow -- "$targets/cpu" shares >under.out 2>&1
recoat report --json slow >slow.json
ok "another rate, the same time" json slow.json \
	"d['processes'][0]['cpu_period_ns'] == 10000000 and
		0.4e9 < d['cpu']['cpu_sampled_ns'] < 0.8e9"
ok "a rate that cannot be is refused" sh -c \
	"'$top_builddir/recoat' record --cpu 20000 -- true 2>&1 | grep -q 'cpu: found \"20000\"'"

recoat record -o kernels -- "$top_builddir/.libs/amqadf" pipeline --points 1500 >under.out 2>&1
recoat report --json kernels >kernels.json
ok "kernels: their samples agree with their CPU clocks" json kernels.json \
	"[0.6 < k['cpu_sampled_ns'] / k['cpu_ns'] < 1.4 for k in d['kernels']
		if k['kernel'] == 'signal_mapping.kde'] == [True]"

# Killed when it has used 0.3 s of CPU time: the samples are there, and so is what they mean.
cat >kill_busy.sh <<'EOF'
"$1" shares &
while ticks=$(cut -d ' ' -f 14 /proc/$!/stat 2>/dev/null) && [ "$ticks" -lt 30 ]; do sleep 0.02; done
kill -9 $!
wait
EOF
recoat record -o killed -- sh kill_busy.sh "$targets/cpu" >/dev/null 2>&1
recoat report --json killed >killed.json
ok "killed: samples up to there" part killed.json large_part "f['total_samples'] > 3"
ok "babeltrace2 reads the counters" sh -c 'command -v babeltrace2 >/dev/null || exit 0
	babeltrace2 rec-shares | grep -q "cpu_path: .*periods = "'
