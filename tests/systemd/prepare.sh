#!/bin/sh
# prepare.sh FOLDER: a Debian in FOLDER/root, with systemd and what the packages of roomd depend on, built once.  Prints why there can
# be none here, and fails.
set -eu
folder=$1
root=$folder/root
packages="systemd,systemd-sysv,openssl,libcjose0,libcurl4,libjemalloc2,libprometheus-cpp-core1.0,libpq5,libpsl5,libre2-9,libssl3"
packages="$packages,libstdc++6,libsystemd0,liburing2,libuv1,libwebsockets17,libwebsockets-evlib-uv,libyaml-cpp0.7,zlib1g"

no() {
    echo "$*"
    exit 1
}

[ "$(id -u)" = 0 ] || no "only root can boot a system of its own"
for tool in mmdebstrap systemd-nspawn ip unshare nsenter; do
    command -v $tool >/dev/null || no "there is no $tool here"
done
unshare --net true 2>/dev/null || no "no network namespace can be made here"
if [ "$(cat "$root/.packages" 2>/dev/null)" != "$packages" ]; then
    rm -rf "$root.new"
    mkdir -p "$folder"
    mmdebstrap --quiet --variant=minbase --dpkgopt=force-unsafe-io --include="$packages" bookworm "$root.new" >"$folder/log" 2>&1 </dev/null ||
        no "mmdebstrap failed: $(tail -n 1 "$folder/log")"
    echo "$packages" >"$root.new/.packages"
    rm -rf "$root"
    mv "$root.new" "$root"
fi
systemd-nspawn --quiet --directory="$root" --volatile=overlay --register=no --keep-unit --private-network \
    --machine=roomd-try --pipe true >"$folder/log" 2>&1 </dev/null || no "systemd-nspawn fails: $(tail -n 1 "$folder/log")"
rm -rf /run/systemd/nspawn/propagate/roomd-try
