#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stacks that our own unwinder cannot represent go to libunwind; see tests/targets/odd_frames.S.
. "${top_srcdir:-.}/tests/run/init.sh"
plan 13

# run NAME [VARIABLE=VALUE...]; $more: the target's argument
run() {
	name=$1
	shift
	env "$@" "$top_builddir/recoat" record -o "$name" -- "$targets/odd_frames" $more >"$name.out" 2>"$name.err"
	status=$?
	recoat report --json "$name" >"$name.json"
}
# paths NAME FROM...: blocks of FROM to FROM + 4 bytes have the call path that libgcc told.
paths() {
	/usr/bin/python3 - "$@" <<-'EOT'
		import json, sys
		d = json.load(open(sys.argv[1] + ".json"))
		nodes, frames, modules = d["call_paths"], d["frames"], d["modules"]
		def place(node):
		    frame = frames[nodes[node]["frame"]]
		    name = modules[frame["module"]]["path"].split("/")[-1]
		    return f"{name if '.so' in name else ''}:{frame['address']}"
		def path(node):
		    return [] if not node else [place(node)] + path(nodes[node]["parent"])
		ours = {}
		for i, node in enumerate(nodes):
		    if node.get("allocations") == 1:
		        ours[node["bytes"]] = path(i)[1:]
		theirs = {int(line.split()[0]): line.split()[1:] for line in open(sys.argv[1] + ".out")}
		for size in (int(first) + i for first in sys.argv[2:] for i in range(5)):
		    assert len(theirs[size]) > 4 and ours[size] == theirs[size], (size, ours[size], theirs[size])
	EOT
}
counts() { json "$1.json" "(lambda c: $2)(d['processes'][0]['call_path_counts'])"; }
not() { ! "$@"; }
wrong() { for first; do not paths without "$first" || return 1; done; }
says() { recoat report "$1" >text && cat text && grep -q "$2" text; }

run complete RECOAT_UNWIND=complete
ok "the program is not disturbed" test "$status" = 7
ok "complete: every path is the one that libgcc tells" paths complete 1000 2000 3000
ok "by libunwind, but where it would be wrong" counts complete \
	"c['completed'] == 15 and c['incomplete'] == 3 and c['completed_by'].startswith('libunwind.so')"
run later
ok "opened on demand: the first paths are cut" not paths later 1000
ok "from the start of a thread on they are not" paths later 2000 3000
ok "both are counted" counts later "c['completed'] == 10 and c['incomplete'] == 8"
ok "the report says so" says later 'completed by libunwind, .* end at code that could not be unwound'

more=20000 run many
ok "opened on demand it completes some hundred stacks a second" counts many \
	"400 <= c['completed'] < 20000 and c['completed'] + c['incomplete'] == 20018"
ok "the report says how to have all" says many 'RECOAT_UNWIND=complete .* for all of them'
more=2000 run all RECOAT_UNWIND=complete
ok "opened at the start it completes all" counts all "c['completed'] == 2015"

# A libunwind that cannot be opened.
mkdir broken && : >broken/"$(json complete.json "print(d['processes'][0]['call_path_counts']['completed_by'])" | head -1)"
run without LD_LIBRARY_PATH="$work/broken:$LD_LIBRARY_PATH"
ok "without libunwind the program is not disturbed" test "$status" = 7
ok "and no such path is told" wrong 1000 2000 3000
ok "but counted" counts without "c['completed'] == 0 and c['incomplete'] == 18 and not c['completed_by']"
