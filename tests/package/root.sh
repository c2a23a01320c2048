#!/bin/sh
# root.sh FOLDER DEB...: a Debian in FOLDER/root with systemd, curl and what the packages depend on, but not the packages.
# Kept for the next time.  Prints why there can be none here, and fails.
set -eu
folder=$1
shift
no() {
    echo "$*"
    exit 1
}
[ "$(id -u)" = 0 ] || no "only root can boot a system of its own"
for tool in mmdebstrap systemd-nspawn nsenter; do
    command -v $tool >/dev/null || no "there is no $tool here"
done
# "libc6 (>= 2.36), roomd (= 0.1.0-1)": the first of alternatives, by its name; ours come as files.
wanted=$(for deb in "$@"; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' |
    sed 's/|.*//; s/(.*//; s/ //g; /^roomd/d; /^$/d' | sort -u | paste -sd,)
wanted="systemd,systemd-sysv,curl,$wanted"
[ "$(cat "$folder/root/.packages" 2>/dev/null)" = "$wanted" ] && exit
rm -rf "$folder"
mkdir -p "$folder"
mmdebstrap --quiet --variant=minbase --include="$wanted" bookworm "$folder/root" >"$folder/log" 2>&1 </dev/null ||
    no "mmdebstrap failed: $(tail -n 1 "$folder/log")"
echo "$wanted" >"$folder/root/.packages"
