#!/bin/sh
# fill.sh ROOT DEBS: what is in the image besides the libraries that mmdebstrap has put into ROOT, and what is not.
set -eu
root=$1 debs=$2
here=$(dirname "$(readlink -f "$0")")

# The certificates of authorities alone, without what makes them of parts, for issuers' keys over https.
(cd "$debs" && APT_CONFIG=${MMDEBSTRAP_APT_CONFIG:-} apt-get -qq download ca-certificates)
for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$root"; done
mkdir -p "$root/etc/ssl/certs"
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
install -m 0644 "$here/roomd.yaml" "$root/etc/roomd/roomd.yaml"
chmod 0755 "$root/etc/roomd"

# Whatever scans images for faults reads there which packages are in it.
mkdir -p "$root/var/lib/dpkg/status.d"
for deb in "$root"/var/cache/apt/archives/*.deb "$debs"/*.deb; do
    dpkg-deb -f "$deb" >"$root/var/lib/dpkg/status.d/$(dpkg-deb -f "$deb" Package)"
done

echo 'root:x:0:0::/:/' >"$root/etc/passwd"
echo 'roomd:x:10001:10001::/:/' >>"$root/etc/passwd"
printf 'root:x:0:\nroomd:x:10001:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
mkdir -p "$root/run/roomd" "$root/tmp"
chown 10001:10001 "$root/run/roomd"
chmod 1777 "$root/tmp"

# Nobody logs in there.
cd "$root"
find usr/share/doc -type f ! -name copyright -delete
find usr/share/doc -type d -empty -delete
rm -rf usr/share/man usr/share/locale usr/share/lintian usr/share/bash-completion usr/share/zsh usr/share/fish usr/share/bug \
    usr/share/ca-certificates usr/share/libgcrypt20 usr/share/gcc usr/share/gdb usr/share/i18n usr/lib/*/gconv usr/lib/*/audit usr/lib/*/engines-3 usr/lib/*/sasl2 \
    usr/lib/systemd lib/systemd usr/lib/sysusers.d usr/lib/tmpfiles.d usr/sbin sbin etc/init.d etc/cron* \
    var/cache var/log var/lib/apt etc/apt/sources.list etc/dpkg etc/ca-certificates etc/fstab etc/hostname etc/resolv.conf
find usr/bin bin -type f ! -name roomd -delete 2>/dev/null || true
