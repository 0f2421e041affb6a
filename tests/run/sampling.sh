#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# RECOAT_HEAP=sample:BYTES: estimates that are right on average, and are called estimates.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 9

recoat record -o exact -- "$targets/heap_known" 2>err
recoat report --json exact >exact.json
recoat record --heap sample:1 -o fine -- "$targets/heap_known" 2>err
status=$?
recoat report --json fine >fine.json
recoat report fine >fine.txt
RECOAT_HEAP=sample:2K recoat record -o forks -- "$targets/forks" /bin/true 2>err >out
recoat report --json forks >forks.json

# With a sample a byte only blocks of a few bytes can be missed.
fine_is_exact() {
	/usr/bin/python3 - <<-'EOT'
		import json
		exact, fine = (json.load(open(name)) for name in ("exact.json", "fine.json"))
		for key in ("allocations", "bytes", "frees", "freed_bytes", "live_bytes", "temporary"):
		    print(key, exact["heap"][key], fine["heap"][key])
		    assert abs(exact["heap"][key] - fine["heap"][key]) <= 2
	EOT
}
# 30 runs at 4 KiB: the mean is within 6 standard errors, which chance misses once in 10^5.
unbiased() {
	for i in $(seq 30); do
		recoat record --heap sample:4K -o "run$i" -- "$targets/heap_known" 2>err
		recoat report --json "run$i" >"run$i.json" || return 1
	done
	/usr/bin/python3 - <<-'EOT'
		import json, math, statistics
		exact = json.load(open("exact.json"))
		runs = [json.load(open(f"run{i}.json")) for i in range(1, 31)]
		for key in ("allocations", "bytes", "freed_bytes", "live_bytes", "temporary"):
		    values = [run["heap"][key] for run in runs]
		    error = statistics.stdev(values) / math.sqrt(len(values))
		    print(key, exact["heap"][key], statistics.mean(values), error)
		    assert abs(statistics.mean(values) - exact["heap"][key]) <= 6 * error
		assert len({run["heap"]["bytes"] for run in runs}) > 20
	EOT
}
labelled() {
	grep -q '^heap .*live at the end, estimated from samples$' fine.txt &&
		grep -q '^ALLOCATION SITES by bytes, estimated from samples;' fine.txt &&
		grep -q '^heap  *estimated from a sample every 1 B on average' fine.txt &&
		recoat report --tree memory fine | grep -q '^MEMORY .*, estimated from samples,'
}
accepted() { recoat record --heap "$1" -o "ok-$1" -- true 2>err; }
refused() {
	! recoat record --heap "$1" -- true 2>err && grep "found \"$1\", expected profile" err &&
		RECOAT_HEAP=$1 LD_PRELOAD=$shim /bin/true 2>err && grep "found '$1', expected profile" err
}
all_accepted() { accepted sample:524288 && accepted sample:512K && accepted sample:1M; }
all_refused() { refused sample && refused sample:0 && refused sample:1T && refused sample:5X; }

ok "the program is not disturbed" test "$status" = 7
ok "a sample a byte finds everything" fine_is_exact
ok "a sample every 4 KiB is right on average" unbiased
ok "figures are called estimates, in head, tables and foot" labelled
ok "and in JSON" json fine.json "d['heap_estimated'] and d['processes'][0]['heap_estimated']
	and d['processes'][0]['heap_sample_period_bytes'] == 1"
ok "those of a profile are not" json exact.json "not d['heap_estimated']"
ok "children are sampled too" json forks.json \
	"len(d['processes']) > 1 and all(p['heap_estimated'] for p in d['processes'])"
ok "values that both ends take" all_accepted
ok "and that both refuse" all_refused
