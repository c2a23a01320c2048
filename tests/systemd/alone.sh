#!/bin/sh
# alone.sh PROGRAM [ARGS]: runs it in a network namespace of its own, whose loopback is up.
exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
