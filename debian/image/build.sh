#!/usr/bin/env bash
# build.sh OUT DEB...: a container image of these packages, as the OCI archive OUT.  Needs no engine and no registry: a root
# of the libraries that the packages depend on, from Debian, and the packages' own files.  ./dev image calls it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
out=$(readlink -m "$1")
shift
debs=("$@")
version=$(dpkg-deb -f "${debs[0]}" Version)
# The same packages give the same image.
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l"$here/../changelog" --show-field Timestamp)
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "libc6 (>= 2.36), a | b, roomd (= 0.1.0-1)": the first of alternatives, by its name.  Nothing here boots.
wanted=$(for deb in "${debs[@]}"; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' |
    sed 's/|.*//; s/(.*//; s/ //g; /^roomd/d; /^systemd/d; /^init-system-helpers/d; /^$/d' | sort -u | paste -sd,)
mkdir "$work/debs"
cp "${debs[@]}" "$work/debs/"
mmdebstrap --quiet --variant=extract --skip=cleanup/apt,cleanup/run,output/dev --include="$wanted" --extract-hook="$here/fill.sh \"\$1\" $work/debs" \
    bookworm "$work/layer.tar" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; exit 1; }

image=$work/oci:$version
umoci init --layout "$work/oci"
umoci new --image "$image"
umoci raw add-layer --image "$image" "$work/layer.tar"
umoci config --image "$image" --created "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
    --config.user 10001:10001 --config.workingdir / --config.exposedports 3001/tcp --config.stopsignal SIGTERM \
    --config.entrypoint /usr/bin/roomd --config.cmd run \
    --config.label org.opencontainers.image.title=roomd \
    --config.label org.opencontainers.image.description="Rooms for Socket.IO clients, fed by backends in any language" \
    --config.label org.opencontainers.image.version="$version" \
    --config.label org.opencontainers.image.licenses=Apache-2.0
python3 "$here/healthcheck.py" "$work/oci" /usr/bin/roomd health
umoci gc --layout "$work/oci"
chmod -R a+rX "$work/oci"
mkdir -p "$(dirname "$out")"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$work/oci" -cf "$out" blobs index.json oci-layout
