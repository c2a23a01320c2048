#!/usr/bin/env bash
# unit.sh UNIT: systemd finds no fault in the unit and its socket, and its exposure is at most 1.5.
set -euo pipefail
command -v systemd-analyze >/dev/null || exit 77 # skipped
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The unit names the installed binary; any program will do for the check.
sed -E 's|^(Exec[A-Za-z]+)=[^ ]*/bin/roomd|\1=/bin/true|' "$1" >"$work/roomd.service"
cp "${1%.service}.socket" "$work/"
faults=$(systemd-analyze verify --man=no "$work/roomd.service" "$work/roomd.socket" 2>&1 |
    grep -E 'roomd\.(service|socket)' || true)
[ -z "$faults" ] || { echo "$faults"; exit 1; }
systemd-analyze security --offline=true --threshold=15 "$work/roomd.service" | tail -n 2
