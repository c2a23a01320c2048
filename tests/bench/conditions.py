"""What a series was measured on, read from the machine."""
import json
import os
import platform
import re
import resource
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def said(*words):
    """The first line a program prints; empty where there is none."""
    try:
        run = subprocess.run(words, capture_output=True, text=True, cwd=HERE, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.strip().split("\n")[0]


def found(path, pattern):
    try:
        with open(path, encoding="utf-8") as text:
            match = re.search(pattern, text.read(), re.M)
    except OSError:
        return ""
    return match[1].strip() if match else ""


def socketio():
    with open(os.path.join(HERE, "peers/node/package-lock.json"), encoding="utf-8") as lock:
        return json.load(lock)["packages"]["node_modules/socket.io"]["version"]


def read(bin_):
    changed = said("git", "status", "--porcelain", "--untracked-files=no", "../..")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": found("/proc/cpuinfo", r"^model name\s*: (.*)") or platform.machine(),
        "virtual": bool(found("/proc/cpuinfo", r"^flags.*( hypervisor)\b")),
        "system": found("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)'),
        "kernel": re.match(r"[\d.]*\d", platform.release())[0],
        "node": said("node", "--version").lstrip("v"),
        "compiler": said(os.environ.get("CXX") or "g++", "--version"),
        "socketio": socketio(),
        "commit": said("git", "rev-parse", "--short=10", "HEAD") + (" with changes" if changed else ""),
        "before": found(os.path.join(bin_, "before/.commit"), r"^([0-9a-f]{7})"),
        "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
