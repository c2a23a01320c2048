#!/usr/bin/env bash
# prepare.sh DIR: builds the load generator and the peers it compares with into DIR.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$1/results" "$1/node"
bin=$(readlink -f "$1")

program() { # program OUT SOURCE [LIBS]
    [ "$bin/$1" -nt "$here/$2" ] || g++ -O2 -std=c++17 -o "$bin/$1" "$here/$2" "${@:3}"
}
program loadgen loadgen.cc -lssl -lcrypto
program floor peers/floor/floor.cc -lcrypto

[ -e "$bin/tls.crt" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj /CN=localhost -keyout "$bin/tls.key" -out "$bin/tls.crt" 2>/dev/null

cp "$here"/peers/node/* "$bin/node/"
[ "$bin/node/.complete" -nt "$here/peers/node/package-lock.json" ] || {
    (cd "$bin/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null)
    touch "$bin/node/.complete"
}
