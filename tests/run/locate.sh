#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Entry points that no dynamic symbol shows: found in every way there is, and caught or refused.
. "${top_srcdir:-.}/tests/run/init.sh"

sources=$top_srcdir/tests/targets
cxx() { ${CXX:-c++} -O2 -g "$@"; }
cxx -DPROGRAM -o full "$sources/locate.cc" &&
	cxx -fPIC -shared -fvisibility=hidden -flto -o module.so "$sources/locate.cc" &&
	${CC:-cc} -O2 -fPIC -shared -o ifunc.so "$sources/locate_ifunc.c" &&
	cp module.so bare.so && strip bare.so || skip_all "no compiler"
plan 49

loader=$targets/load_often
RECOAT_KERNEL_PATH=$work/kernels
export RECOAT_KERNEL_PATH
mkdir kernels
# catalogue: the entries of standard input are all that is looked for.
catalogue() { cat >kernels/test.kernels; }
# run NAME COMMAND...: record it, keep its output, and make NAME.json and NAME.events of it.
run() {
	name=$1
	shift
	"$@" >native.out 2>/dev/null
	recoat record -o "$name.rec" -- "$@" >under.out 2>err
	recoat report --json "$name.rec" >"$name.json"
	recoat dump "$name.rec" 2>/dev/null | grep -E '^(kernel_link|hook_refused)' >"$name.events"
}
same() { diff native.out under.out; }
calls() {
	json "$1" "{k['kernel']: k['calls'] for k in d['kernels']} == $2" ||
		! json "$1" "d['kernels'] or 'none'"
}
event() { grep -F -e "$2" "$1.events" || ! cat "$1.events"; }
no_event() { ! grep -F -e "$2" "$1.events"; }

sum='
[t.sum]
abi = t
symbol = _ZL10locate_suml
size = arg0'
area='
[t.area]
abi = t
rtti = N6shapes6SquareE
slot = 2
size = arg1'

# Direct calls of a static function, in a program.
echo "$sum" | catalogue
run full ./full 5
ok "symtab: output as without" same
ok "symtab: direct calls are caught" calls full.json "{'t.sum': 5}"
ok "symtab: the mechanism says so" event full '"inline (symtab)"'
ok "symtab: sizes are read" json full.json "d['kernels'][0]['size_total'] == 500"
ok "a clone is not its function" no_event full 'locate_sum.cold'

# The same, stripped: first without, then with debug files.
cp full lost && strip lost
run lost ./lost 5
ok "stripped: output as without" same
ok "stripped: nothing is found" calls lost.json "{}"
cp full linked && objcopy --only-keep-debug linked linked.debug && strip linked &&
	objcopy --add-gnu-debuglink=linked.debug linked
run linked ./linked 5
ok "debug link: calls are caught" calls linked.json "{'t.sum': 5}"
ok "debug link: the mechanism says so" event linked '"inline (debug file)"'
mkdir .debug && mv linked.debug .debug
run linked2 ./linked 5
ok "debug link: in .debug" calls linked2.json "{'t.sum': 5}"
cxx -DPROGRAM -Wl,--build-id=none -o none "$sources/locate.cc" &&
	objcopy --only-keep-debug none none.debug && strip none &&
	objcopy --add-gnu-debuglink=none.debug none
run crc ./none 5
ok "debug link: by its checksum" calls crc.json "{'t.sum': 5}"
echo >>none.debug
run wrong ./none 5
ok "debug link: another checksum is refused" calls wrong.json "{}"
id=$(readelf -n full | sed -n 's/.*Build ID: //p')
rest=${id#??}
byid=debug/.build-id/${id%"$rest"}
RECOAT_DEBUG_PATH=$work/debug
export RECOAT_DEBUG_PATH
mkdir -p "$byid" && cp .debug/linked.debug "$byid/$rest.debug"
run id ./lost 5
ok "build id: calls are caught" calls id.json "{'t.sum': 5}"
cp none.debug "$byid/$rest.debug"
run id2 ./lost 5
ok "build id: another build's file is refused" calls id2.json "{}"
RECOAT_DEBUG_PATH=relative recoat record -o no -- true 2>err
ok "a relative directory of debug files is refused" grep "RECOAT_DEBUG_PATH: found 'relative'" err
unset RECOAT_DEBUG_PATH

# RTTI in a stripped module, loaded again and again.
echo "$area" | catalogue
run rtti "$loader" "$work/bare.so" 4
ok "rtti: output as without" same
ok "rtti: calls are caught" calls rtti.json "{'t.area': 12}"
ok "rtti: the mechanism says so" event rtti '"inline (rtti)"'
ok "a module that comes back gets its link back" no_event rtti 'link = 1,'
{ echo "$area"; echo 'hook = slot'; } | catalogue
run slot "$loader" "$work/bare.so" 4
ok "vtable: output as without" same
ok "vtable: calls are caught" calls slot.json "{'t.area': 12}"
ok "vtable: the mechanism says so" event slot '"vtable (rtti)"'
echo "$area" | sed 's/slot = 2/slot = 9/' | catalogue
run slot9 "$loader" "$work/bare.so" 1
ok "rtti: a slot that is not there is refused" event slot9 'expected one of number 9'
echo "$area" | sed 's/6Square/5Shape/' | catalogue
run pure "$loader" "$work/bare.so" 1
ok "rtti: a class without a function there is refused" event pure 'hook_refused'
echo "$area" | sed 's/6Square/7Missing/' | catalogue
run missing "$loader" "$work/bare.so" 1
ok "rtti: what is not there is no event" no_event missing 'hook_refused'

# A namespace of its own.
echo "$sum" | catalogue
run space "$loader" "$work/module.so" 3 new
ok "dlmopen: output as without" same
ok "dlmopen: calls are caught" calls space.json "{'t.sum': 9}"

# By address: the stripped copy's code is the same.
at=$(nm full | sed -n 's/^0*\([0-9a-f]*\) t _ZL10locate_suml$/\1/p')
printf '[t.sum]\nabi = t\noffset = %s+0x%s\n' "$id" "$at" | catalogue
run offset ./lost 5
ok "offset: calls are caught" calls offset.json "{'t.sum': 5}"
ok "offset: the mechanism says so" event offset '"inline (offset)"'
printf '[t.sum]\nabi = t\noffset = %s+0x%s4\n' "$id" "${at%?}" | catalogue
run inside ./lost 5
ok "offset: the middle of a function is refused" event inside 'no function starts there'

# Patterns.
printf '[t.twins]\nabi = t\nsymbol = _ZL1?locate_twin_*\n' | catalogue
run twins ./full 5
ok "ambiguous: one candidate is named" event twins '_ZL15locate_twin_onel'
ok "ambiguous: the other, too" event twins '_ZL15locate_twin_twol'
ok "ambiguous: neither is caught" calls twins.json "{}"
printf '[t.twins]\nabi = t\nsymbol = _ZL1?locate_twin_*\nall = yes\n' | catalogue
run all ./full 5
ok "all: both are caught" calls all.json "{'t.twins': 10}"
printf '[t.first]\nabi = t\nsymbol = _ZL10locate_suml\n%s\n' "$sum" | catalogue
run once ./full 5
ok "two entries for one function catch it once" calls once.json "{'t.first': 5}"
{ echo "$sum"; echo 'module = other*'; } | catalogue
run other ./full 5
ok "an entry for another module finds nothing" calls other.json "{}"

# What a program imports is known although it exports nothing, and its hash table is empty.
${CC:-cc} -O2 -no-pie -Wl,--hash-style=gnu -o alone "$sources/guarded.c"
ok "the program exports nothing" test -z "$(nm -D --defined-only alone)"
printf '[t.sum]\nabi = t\nsymbol = guarded_sum\nneeds = fope?\n' | catalogue
run needs ./alone
ok "needs: what the program imports is seen" calls needs.json "{'t.sum': 5}"
printf '[t.sum]\nabi = t\nsymbol = guarded_sum\nneeds = fope\n' | catalogue
run lacks ./alone
ok "needs: what it does not import is not" event lacks 'imports nothing that matches'

# What cannot be caught.
printf '[t.loop]\nabi = t\nsymbol = locate_loop\n' | catalogue
run loop ./full 5
ok "no jump fits: output as without" same
ok "no jump fits: it is refused" event loop 'hook_refused: { kernel = "t.loop"'

# Indirect functions: what they stand for is caught, not their resolver.
printf '[t.chosen]\nabi = t\nsymbol = locate_chosen\n' | catalogue
run ifunc "$loader" "$work/ifunc.so" 2
ok "ifunc: output as without" same
ok "ifunc: calls are caught" calls ifunc.json "{'t.chosen': 6}"

# pybind11.
python=/usr/bin/python3
includes=$("$python" -c 'import sysconfig; print("-I" + sysconfig.get_paths()["include"])' 2>err)
if cxx -fPIC -shared -fvisibility=hidden -flto "$includes" -o locate_pybind.so \
	"$sources/locate_pybind.cc" 2>err && strip locate_pybind.so; then
	{
		printf '[p.add]\nabi = t\npybind = Counter.add\nsize = arg1\n'
		printf '[p.twice]\nabi = t\npybind = Counter.twice\n'
		printf '[p.triple]\nabi = t\npybind = locate_pybind.triple\n'
		printf '[p.plus_one]\nabi = t\npybind = locate_pybind.plus_one\n'
	} | catalogue
	run pybind "$python" -c 'import locate_pybind as m
c = m.Counter()
print(c.add(5), c.add(6), c.twice(1), m.triple(4), m.triple(5), m.plus_one(6))'
	ok "pybind: output as without" same
	ok "pybind: methods and functions are caught" calls pybind.json "{'p.add': 2, 'p.triple': 2}"
	ok "pybind: a virtual one is refused, with its slot" event pybind 'it is virtual'
	ok "pybind: a lambda is refused" event pybind 'bound to a lambda'
else
	for n in 1 2 3 4; do skip "pybind: not built" "no pybind11"; done
fi

# What the analyzer says beforehand.
echo "$sum $area" | catalogue
recoat list kernels --json --in full >in.json
ok "list --in: address and way" json in.json \
	"[(k['kernel'], k['address'], k['found']) for k in d][0] == ('t.sum', 0x$at, 'symtab')"
recoat list kernels --json --in bare.so >in.json
ok "list --in: a stripped module" json in.json \
	"sorted((k['kernel'], k['found'] or '-') for k in d if k['kernel'].startswith('t.')) == [('t.area', 'rtti'), ('t.sum', '-')]"
