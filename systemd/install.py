#!/usr/bin/env python3
"""install.py ROOMD.YAML CONF_DIR CLIENT_DIR BUILD SOURCE: what `meson install` cannot do by itself.

Puts the first configuration into CONF_DIR, unless there is one: it belongs to the operator.  Puts the browser's client
into CLIENT_DIR, from BUILD/client, where `./dev build` has it, or from SOURCE/client, as in the source package.  Without
one the daemon says so: Meson shows only what a script that failed has printed.
"""
import glob
import os
import shutil
import sys

first, conf_dir, client_dir, build, source = sys.argv[1:]
STAGED = os.environ.get("DESTDIR", "")


def put(file, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(file, target)
    os.chmod(target, 0o644)


def configuration():
    target = STAGED + conf_dir + "/roomd.yaml"
    if os.path.exists(target):
        return
    try:
        put(first, target)
    except PermissionError as fault:
        sys.exit(f"{target}: {fault.strerror}.  Choose another folder: meson configure --sysconfdir FOLDER")


def client():
    for folder in (build + "/client", source + "/client/dist"):
        files = glob.glob(folder + "/socket.io*.js") + glob.glob(folder + "/socket.io*.js.map")
        for file in files:
            put(file, f"{STAGED}{client_dir}/{os.path.basename(file)}")
        if files:
            return


if "MESON_INSTALL_DRY_RUN" not in os.environ:
    os.umask(0o022)
    client()
    configuration()
