#!/usr/bin/env python3
"""healthcheck.py LAYOUT COMMAND...: gives the one image of an OCI layout a health check.

The specification of OCI has no word for it, and umoci none either; Docker and Podman read `Healthcheck` from the same
place as in their own format, and others pass over it.
"""
import hashlib
import json
import os
import sys

SECOND = 1_000_000_000
TIMES = {"Interval": 10 * SECOND, "Timeout": 6 * SECOND, "StartPeriod": 30 * SECOND, "Retries": 3}


def blob(layout, digest):
    return os.path.join(layout, "blobs", *digest.split(":"))


def read(layout, descriptor):
    with open(blob(layout, descriptor["digest"]), "rb") as file:
        return json.load(file)


def write(layout, descriptor, value):
    """Puts the value beside the one before; the descriptor then names it."""
    text = json.dumps(value, separators=(",", ":")).encode()
    descriptor["digest"] = "sha256:" + hashlib.sha256(text).hexdigest()
    descriptor["size"] = len(text)
    with open(blob(layout, descriptor["digest"]), "wb") as file:
        file.write(text)


def main(layout, *command):
    index_file = os.path.join(layout, "index.json")
    with open(index_file, "rb") as file:
        index = json.load(file)
    (image,) = index["manifests"]
    manifest = read(layout, image)
    config = read(layout, manifest["config"])
    config["config"]["Healthcheck"] = {"Test": ["CMD", *command], **TIMES}
    write(layout, manifest["config"], config)
    write(layout, image, manifest)
    with open(index_file, "w", encoding="utf-8") as file:
        json.dump(index, file, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
