# SPDX-License-Identifier: Apache-2.0
# Sourced by every tests/run/*.sh: TAP helpers, a scratch directory, and ways to run things.

top_builddir=$(cd "${top_builddir:-.}" && pwd)
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
targets=$top_builddir/tests/targets
shim=$top_builddir/.libs/librecoat.so
work=$(mktemp -d) && cd "$work" || exit 99
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# What is installed elsewhere is found in the build tree here.
RECOAT_LIBRARY=$shim
RECOAT_KERNEL_PATH=$top_srcdir/kernels
LD_LIBRARY_PATH=$top_builddir/.libs:$top_builddir/tests/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export RECOAT_LIBRARY RECOAT_KERNEL_PATH LD_LIBRARY_PATH
unset RECOAT_OUTPUT RECOAT_HEAP RECOAT_CPU RECOAT_KERNELS RECOAT_FOLLOW LD_PRELOAD DEBUGINFOD_URLS

recoat() { "$top_builddir/recoat" "$@"; }

count=0
plan() { echo "1..$1"; }

# ok WHAT COMMAND...: passes if the command succeeds; its output becomes diagnostics if not.
ok() {
	what=$1
	shift
	count=$((count + 1))
	if "$@" >ok.out 2>&1; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed 's/^/# /' ok.out
	fi
}

# exits STATUS COMMAND...: so ends `recoat COMMAND...`; what it prints lies in out and err.
exits() {
	expected=$1
	shift
	recoat "$@" >out 2>err </dev/null
	found=$?
	cat out err
	echo "exit status $found"
	[ $found = "$expected" ]
}

# is_refused STATUS TEXT COMMAND...: with the text in one line, and nothing is printed.
is_refused() {
	refusal=$2
	wanted=$1
	shift 2
	exits "$wanted" "$@" && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qF -- "$refusal" err
}

# ok_refused STATUS TEXT COMMAND...: passes if it is.
ok_refused() { ok "refused with $1: $(shift 2; echo "$*")" is_refused "$@"; }

skip() { count=$((count + 1)); echo "ok $count - $1 # SKIP $2"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# json FILE EXPRESSION: evaluate a Python expression over the document, called `d`.
json() { /usr/bin/python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
result = eval("(" + sys.argv[2] + ")")
print(result)
sys.exit(0 if result else 1)' "$@"; }

# page_json PAGE FILE EXPRESSION: the same over the data of a page, called `p`, and the document.
page_json() { /usr/bin/python3 -c 'import json, re, sys
page = open(sys.argv[1]).read()
p = json.loads(re.search(r"<script type=\"application/json\" id=\"data\">(.*?)</script>", page, re.S)[1])
d = json.load(open(sys.argv[2]))
result = eval("(" + sys.argv[3] + ")")
print(result)
sys.exit(0 if result else 1)' "$@"; }

# no_browser: why a page cannot be tried in a browser; fails if it can.
no_browser() {
	if [ ! -x /usr/bin/chromium ] || [ ! -x /usr/bin/chromedriver ]; then
		echo "chromium and chromedriver are not installed"
	else
		! /usr/bin/python3 -c 'import selenium' 2>/dev/null && echo "python3-selenium is not installed"
	fi
}

# in_browser CHECKS SCRIPT FILE...: a script with so many checks, after those before it.
in_browser() {
	checks=$1 script=$2
	shift 2
	if missing=$(no_browser); then
		for i in $(seq "$checks"); do
			skip "in a browser" "$missing"
		done
	else
		/usr/bin/python3 -B "$top_srcdir/tests/run/$script" "$@" $((count + 1))
	fi
}
