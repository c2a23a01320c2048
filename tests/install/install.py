#!/usr/bin/env python3
"""install.py BUILD PREFIX CONF_DIR SKELETON.C CC...: what `meson install` puts somewhere works there.

Installs below a folder of its own, builds the skeleton with what pkg-config says of the installed headers, and runs the
installed daemon with the installed plugins.
"""
import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

build, prefix, conf_dir, skeleton, *compiler = sys.argv[1:]
work = tempfile.mkdtemp(prefix="roomd-install-")
top = work + "/root"
here = top + prefix
roomd = here + "/bin/roomd"
conf = f"{top}{conf_dir}/roomd.yaml"
admin = work + "/admin.sock"
ENV = {name: value for name, value in os.environ.items() if name not in ("DESTDIR", "ROOMD", "CREDENTIALS_DIRECTORY")}


def run(*words, code=0, env=ENV):
    done = subprocess.run(words, capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, 0o644)
    return path


def install():
    return run("meson", "install", "-C", build, "--no-rebuild", env={**ENV, "DESTDIR": top})


def every_part_is_there():
    install()
    for name in ("bin/roomd", "lib/roomd/plugins/http_emit.so", "include/roomd/plugin.h", "include/roomd/plugin.hpp",
                 "share/pkgconfig/roomd.pc", "share/man/man8/roomd.8", "share/bash-completion/completions/roomd",
                 "lib/systemd/system/roomd.socket", "share/doc/roomd/examples/roomd.yaml",
                 "share/doc/roomd/examples/schemas/seat.json", "share/doc/roomd/examples/skeleton/plugin.c"):
        assert os.path.isfile(f"{here}/{name}"), name
    headers = os.path.join(os.path.dirname(skeleton), "../../include/roomd")
    assert sorted(os.listdir(here + "/include/roomd")) == sorted(os.listdir(headers)), "a header is not installed"
    if os.path.exists(build + "/client/socket.io.js"):
        assert os.path.isfile(here + "/share/roomd/client/socket.io.js")


def every_file_is_in_one_package():
    """As debian/*.install has them; only `./dev package-test` makes the packages."""
    debian = os.path.join(os.path.dirname(skeleton), "../../debian")
    wanted = [line.split()[0] for name in os.listdir(debian) if name.endswith(".install") for line in read(f"{debian}/{name}").splitlines()]
    met = set()
    for folder, _, names in os.walk(top):
        for name in names:
            file = os.path.join(folder, name).removeprefix(top)
            file = file.replace(prefix + "/", "/usr/", 1).replace(conf_dir + "/", "/etc/roomd/", 1)[1:]
            file = file.replace("usr/lib/systemd/", "lib/systemd/", 1)  # debian/rules moves it
            owners = [want for want in wanted if file.startswith(want + "/") or fnmatch.fnmatch(file, want)]
            assert len(owners) == 1, f"{file} is in {len(owners)} packages"
            met.update(owners)
    missing = set(wanted) - met - (set() if os.path.exists(build + "/client/socket.io.js") else {"usr/share/roomd"})
    assert not missing, f"no such files: {missing}"


def units_name_the_installed_binary():
    unit = read(here + "/lib/systemd/system/roomd.service")
    commands = re.findall(r"^Exec\w+=(\S+)", unit, re.MULTILINE)
    assert commands and set(commands) == {prefix + "/bin/roomd"}, commands
    assert f"--config {conf_dir}/roomd.yaml" in unit


def first_configuration_is_good_and_stays():
    assert f"{conf}: good" in run(roomd, "check", "--config", conf)
    assert conf_dir + "/roomd.yaml" in run(roomd, "check", "--help")
    assert prefix + "/share/doc/roomd/examples" in read(conf)
    write(conf, read(conf) + "drain: 1s\n")
    install()
    assert read(conf).endswith("drain: 1s\n")


def skeleton_is_built_by_pkg_config():
    pkg = ["pkg-config", "--define-variable=prefix=" + here]
    env = {**ENV, "PKG_CONFIG_PATH": here + "/share/pkgconfig"}
    flags = run(*pkg, "--cflags", "roomd", env=env).split()
    folder = run(*pkg, "--variable=plugindir", "roomd", env=env).strip()
    assert os.path.isfile(folder + "/http_emit.so"), folder
    run(*compiler, "-std=c99", "-Wall", "-Wextra", "-fPIC", "-shared", "-fvisibility=hidden", *flags, skeleton,
        "-o", folder + "/skeleton.so")


def daemon_runs_with_its_plugins():
    text = re.sub(r"^plugins:.*", "", read(conf), flags=re.DOTALL | re.MULTILINE).replace("127.0.0.1:3001", "127.0.0.1:0")
    write(conf, text + "drain: 0s\nplugins: { load: [ { name: http_emit }, { name: skeleton } ] }\n")
    daemon = subprocess.Popen([roomd, "run", "--config", conf, "--admin", admin], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True, env=ENV)
    try:
        log = ""
        while "notice ready" not in log:
            line = daemon.stderr.readline()
            assert line, log
            log += line
        base = "http://" + re.search(r"127\.0\.0\.1:\d+", log)[0]
        emit = urllib.request.Request(base + "/api/emit", json.dumps({"event": "a", "rooms": ["r"]}).encode(),
                                      {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(emit, timeout=10)
        except urllib.error.HTTPError as refused:  # no catalogue: but http_emit answers
            assert b'"success":false' in refused.read(), refused
        running = json.loads(run(roomd, "plugin", "list", "--json", "--socket", admin))["data"]["plugins"]
        assert {plugin["plugin"] for plugin in running} == {"http_emit", "skeleton"}, running
        if os.path.isdir(here + "/share/roomd/client"):
            with urllib.request.urlopen(base + "/socket.io/socket.io.js", timeout=10) as answer:
                assert b"Socket.IO" in answer.read(200)
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=20) == 0


def a_missing_client_bundle_is_told():
    shutil.rmtree(here + "/share/roomd/client", ignore_errors=True)
    told = run(roomd, "check", "--config", conf)
    assert "warning: there is no client bundle: browsers get no /socket.io/socket.io.js" in told, told
    write(conf, read(conf) + "socketio: { serve_client: false }\n")
    assert "client bundle" not in run(roomd, "check", "--config", conf)


def a_missing_event_library_is_told():
    found = subprocess.run("ls /usr/lib/*/libwebsockets-evlib_uv.so", shell=True, capture_output=True, text=True).stdout.strip()
    own = ["unshare", "-rm"]  # a file system of its own, in which that library is empty
    if not found or subprocess.run([*own, "true"], capture_output=True).returncode:
        print("skipped: a missing event library")
        return
    told = run(*own, "sh", "-c", f"mount --bind /dev/null {found} && exec {roomd} run --config {conf}", code=1)
    assert "evlib" in told and "libwebsockets-evlib-uv" in told, told


try:
    every_part_is_there()
    every_file_is_in_one_package()
    units_name_the_installed_binary()
    first_configuration_is_good_and_stays()
    skeleton_is_built_by_pkg_config()
    daemon_runs_with_its_plugins()
    a_missing_client_bundle_is_told()
    a_missing_event_library_is_told()
finally:
    shutil.rmtree(work)
