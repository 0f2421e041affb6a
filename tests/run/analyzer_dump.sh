#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Our reader and babeltrace2 see the same events in a recording, field by field.
. "${top_srcdir:-.}/tests/run/init.sh"
command -v babeltrace2 >/dev/null || skip_all "no babeltrace2 here"
plan 7

# Leave out times and the packet's context, which `recoat dump` does not print.
babeltrace() {
	babeltrace2 "$1" 2>babeltrace.err |
		sed 's/^\[[^]]*\] ([^)]*) //; s/: { tid = [0-9]*, shard = [0-9]* }, /: /'
}
# Streams are interleaved by time there and follow each other here.
same_events() {
	babeltrace "$1" | sort >theirs
	recoat dump "$1" | sort >ours
	[ -s theirs ] && cmp theirs ours
}

mkdir example
ok "a recording with every event is made" "$top_builddir/tests/unit/analyzer_example" example
ok "babeltrace2 reads it and sees the same" same_events example
every_event() {
	sed -n 's/^\(EVENT\|PACKED\)([A-Z]*, [0-9]*, \(.*\))$/\2/p' "$top_srcdir/include/recoat/events.def" |
		sort >schema
	sed 's/: .*//' ours | sort -u | cmp - schema
}
ok "no event of the schema is missing in it" every_event
ok "the report reads it too" recoat report example

ok "a real recording is made" recoat record -o real -- sh -c 'ls / | sort | head -3'
ok "babeltrace2 sees the same in it" same_events real
recoat record -o killed -- sh -c 'x=; while :; do x=$x.; [ ${#x} = 2000 ] && kill -9 $$; done' \
	>/dev/null 2>&1
ok "and in one that was cut off by SIGKILL" same_events killed
