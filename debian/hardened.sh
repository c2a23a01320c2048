#!/bin/sh
# hardened.sh DEB...: fails and says so when a program or a plugin of these packages was linked without what `hardening=+all` is
# to give, or compiled without it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for deb in "$@"; do dpkg-deb -x "$deb" "$work"; done
find "$work/usr/bin" "$work/usr/lib/roomd" -type f >"$work/files"
bad=0
no() {
    echo "${file#"$work"}: $1"
    bad=1
}
while read -r file; do
    readelf -hW "$file" | grep -q 'Type: *DYN' || no "not position independent"
    readelf -lW "$file" | grep -q GNU_RELRO || no "no RELRO"
    readelf -dW "$file" | grep -q 'BIND_NOW\|Flags:.*NOW' || no "bound late"
    readelf -lW "$file" | grep 'GNU_STACK' | grep -q 'RW ' || no "an executable stack"
    readelf --dyn-syms -W "$file" | grep -q '__stack_chk_fail' || no "no stack protector"
done <"$work/files"
[ -s "$work/files" ]
readelf --dyn-syms -W "$work/usr/bin/roomd" | grep -q '__[a-z]*_chk@' || { file=$work/usr/bin/roomd; no "no _FORTIFY_SOURCE"; }
exit $bad
