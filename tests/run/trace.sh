#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# RECOAT_HEAP=trace: the figures of a profile, worked out from events, and what only events tell.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 12

# both NAME COMMAND...: record it as a profile and as a trace, into NAME.profile, NAME.trace.
both() {
	name=$1
	shift
	for level in profile trace; do
		recoat record --heap $level -o "$name-$level" -- "$@" >/dev/null 2>err
		recoat report --json "$name-$level" >"$name.$level"
	done
}
# agree NAME KEYS PEAK: sites have the same figures in both; the peak, if it is to be exact.
agree() {
	/usr/bin/python3 - "$@" <<-'EOT'
		import json, sys
		name, keys = sys.argv[1], sys.argv[2].split(",")
		profile, trace = (json.load(open(f"{name}.{level}")) for level in ("profile", "trace"))
		def sites(of):
		    return sorted((s["function"], s["line"] or 0, [s[k] for k in keys])
		                  for s in of["allocation_sites"])
		for a, b in zip(sites(profile), sites(trace)):
		    if a != b:
		        sys.exit(f"profile {a}, trace {b}")
		assert len(sites(profile)) == len(sites(trace)) > 0
		for p in trace["processes"]:
		    assert p["heap_traced"] and p["lost_frees"] == p["dropped_events"] == 0, p
		print(profile["heap"], trace["heap"])
	EOT
}
all=allocations,bytes,frees,freed_bytes,live_bytes,temporary
# sum FUNCTION EXPRESSION: over the rows of a function, `size` and `life` being their histograms.
sum() {
	/usr/bin/python3 - "$@" <<-'EOT'
		import json, sys
		rows = [s for s in json.load(open("lifetimes.trace"))["allocation_sites"]
		        if s["function"] == sys.argv[1]]
		def add(key):
		    return [sum(n) for n in zip(*[(r[key] + [0] * 48)[:48] for r in rows])]
		size, life, live = add("sizes"), add("lifetimes_ms"), sum(r["live_bytes"] for r in rows)
		print(size, life, live)
		sys.exit(0 if eval(sys.argv[2]) else 1)
	EOT
}

both known "$targets/heap_known"
both threads "$targets/threads"
both lifetimes "$targets/lifetimes"
PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0
export PERL_HASH_SEED PERL_PERTURB_KEYS
both perl perl -e 'my %h; $h{$_ % 500} .= "x" x $_ for 1 .. 3000; print join ",", sort keys %h'
recoat record --heap trace -o killed -- "$targets/endings" kill >/dev/null 2>&1
recoat record --heap trace -o status -- "$targets/lifetimes" 2>err
status=$?
recoat report lifetimes-trace >text
shown() { grep '^LIFETIMES' text && grep '^peak .*every allocation and free' text &&
	grep -q '^heap  *peak .*live at the end$' text; }
killed_is_read() {
	recoat report --json killed >killed.json &&
		json killed.json "d['heap']['allocations'] > 0 and d['processes'][0]['heap_traced']"
}

ok "the program is not disturbed" test "$status" = 7
ok "one thread: every figure is that of the profile" agree known $all,at_peak_bytes
ok "1,600 threads: all but the order of threads is, too" agree threads $all
# Its environment is copied, and longer by four letters in one of them.
ok "perl: every count" agree perl allocations,frees,temporary
ok "the peak is that of the profile" json known.trace \
	"d['processes'][0]['heap_peak_bytes'] == d['heap']['at_peak_bytes'] == 100000"
ok "sizes and lifetimes of brief blocks" sum brief "size[7] == 20 and sum(life[:5]) == 20"
ok "of lasting ones" sum lasting "size[13] == 3 and life[8] == 3"
ok "of blocks that another thread frees" sum make "size[16] == 10 and sum(life) == 10"
ok "what realloc could not move stays" sum stay "size[9] == 1 and sum(life) == 0 and live == 300"
ok "the report shows them, and is no estimate" shown
ok "a killed process is read as far as it came" killed_is_read
ok "the heap over time is there" json lifetimes.trace \
	"len(d['processes'][0]['heap_samples']) >= 3
	and max(s[1] for s in d['processes'][0]['heap_samples']) <= d['processes'][0]['heap_peak_bytes']"
