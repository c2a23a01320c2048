#!/usr/bin/env bash
# build.sh CLIENT OUT: the Debian packages of this tree into the folder OUT; ./dev deb calls it.
#
# Makes the source package first: the files that git knows, and the npm package socket.io-client in the folder CLIENT as
# its component `client`.  From there nothing is fetched.
set -euo pipefail
client=$1 out=$2
version=$(dpkg-parsechangelog --show-field Version)
upstream=${version%-*}
tree=$out/roomd-$upstream

rm -rf "$out"
mkdir -p "$tree"
git ls-files -co --exclude-standard -z | while IFS= read -r -d '' file; do [ -e "$file" ] && printf '%s\0' "$file"; done |
    tar --null --files-from=- -c | tar -x -C "$tree"
cp -R "$client" "$tree/client"
# The same content gives the same archive.
pack() { tar --sort=name --mtime="@$stamp" --owner=0 --group=0 --numeric-owner -C "$1" -czf "$2" "${@:3}"; }
stamp=$(dpkg-parsechangelog --show-field Timestamp)
pack "$tree" "$out/roomd_$upstream.orig-client.tar.gz" client
pack "$out" "$out/roomd_$upstream.orig.tar.gz" --exclude="roomd-$upstream/client" --exclude="roomd-$upstream/debian" "roomd-$upstream"

cd "$tree"
export DEB_BUILD_OPTIONS="parallel=${JOBS:-$(nproc)}${DEB_BUILD_OPTIONS:+ $DEB_BUILD_OPTIONS}"
# debhelper gives a build another HOME, in which there is no cache.
if command -v ccache >/dev/null; then
    export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=${CCACHE_DIR:-$(ccache --get-config cache_dir)}
fi
dpkg-buildpackage --build=full --no-sign
