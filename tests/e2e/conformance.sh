#!/usr/bin/env bash
# conformance.sh PORT: what the public Engine.IO and Socket.IO protocol test suites are pointed at, on
# 127.0.0.1 and ::1.  Behind one port stand two servers over the same layers: the raw Engine.IO echo
# at /engine.io/ (PORT+2) and roomd with the conformance plugin at /socket.io/ (PORT+1).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
port=$1
build=${BUILD:-build}
folder=$(mktemp -d)
pids=()
finish() {
    ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null
    wait || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 0' INT TERM

cat >"$folder/roomd.yaml" <<YAML
service: { name: conformance }
listen: [ { address: "127.0.0.1:$((port + 1))" } ]
socketio: { ping_interval: 300ms, ping_timeout: 200ms, max_payload: 1MB }
auth: { mode: none }
catalogue: { unknown: allow }
namespaces: ["/custom"]
plugins:
  directory: $PWD/$build/tests/plugins/conformance
  load: [ { name: conformance } ]
YAML
"$build/roomd" run --config "$folder/roomd.yaml" & pids+=($!)
"$build/tests/net/engineio_echo" $((port + 2)) & pids+=($!)
node tests/e2e/conformance.mjs "$port" & pids+=($!)
wait -n
