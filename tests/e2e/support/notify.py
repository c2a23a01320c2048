#!/usr/bin/env python3
"""notify.py PATH: prints what is sent to the datagram socket at PATH, as systemd would read it."""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
    listener.bind(sys.argv[1])
    while True:
        print(listener.recv(4096).decode(errors="replace"), flush=True)
