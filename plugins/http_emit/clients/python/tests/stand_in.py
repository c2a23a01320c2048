"""Stands in for a daemon that knows `events[].key`, and fails as a test asks."""
import http.server
import json
import os
import socket
import socketserver
import threading
import time


def until(what, check, seconds=20.0):
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"timed out: {what}")
        time.sleep(0.01)


class StandIn:
    """`script` says what becomes of the next requests, `always` of the others: "hang", "reset", "deaf" (takes the events
    and resets), "deaf and dumb" (takes them and hangs), a status, (status, headers, body), or a function of the events that gives one of these.
    """

    def __init__(self, test, socket_path=None):
        self.requests, self.sent, self.script, self.always = [], [], [], None
        self.verdict = lambda event: None
        self.connections = self.open = 0
        self.health, self.asked = {}, []  # what /health tells, and the paths that were asked for, by connection
        self.hangs = False
        self._keys, self._lock = {}, threading.Lock()
        self.ended = threading.Event()
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = socket_path is None
            wbufsize = -1

            def setup(self):
                with stand_in._lock:
                    stand_in.connections += 1
                    stand_in.open += 1
                    self.number = stand_in.connections
                super().setup()

            def finish(self):
                with stand_in._lock:
                    stand_in.open -= 1
                try:
                    super().finish()
                except OSError:
                    pass

            def do_GET(self):
                stand_in.asked.append((self.path, self.number))
                if stand_in.hangs:
                    return stand_in._until_closed(self)
                stand_in._answer(self, 200, {}, {"success": True, "data": stand_in.health})

            def do_POST(self):
                stand_in._take(self)

            def log_message(self, *_):
                pass

        if socket_path:
            class Server(socketserver.ThreadingUnixStreamServer):
                daemon_threads = True
        else:
            class Server(http.server.ThreadingHTTPServer):
                pass
        self._server = Server(socket_path or ("127.0.0.1", 0), Handler)
        if not socket_path:
            self.url = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.up = True
        test.addCleanup(self.close)

    def close(self):
        if self.up:
            self.up = False
            self.ended.set()
            self._server.shutdown()
            self._server.server_close()

    def data(self, event=None):
        return [one["data"] for one in self.sent if event in (None, one["event"])]

    def _take(self, handler):
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        events = body["events"]
        with self._lock:
            self.requests.append({"events": events, "headers": handler.headers, "path": handler.path, "connection": handler.number, **body})
            act = self.script.pop(0) if self.script else self.always
        if callable(act):
            act = act(events)
        if act == "hang":
            self._until_closed(handler)
            return
        if act == "reset":
            return self._reset(handler)
        if isinstance(act, int):
            return self._answer(handler, act, {}, {"success": False, "error": {"code": f"code_{act}", "message": "as told"}})
        if isinstance(act, tuple):
            return self._answer(handler, *act)
        with self._lock:
            results = [self._one(event) for event in events]
        if act == "deaf":
            return self._reset(handler)
        if act == "deaf and dumb":
            return self._until_closed(handler)
        if any(one["success"] for one in results):
            return self._answer(handler, 200, {}, {"success": True, "data": {"results": results}})
        self._answer(handler, 422, {}, {"success": False, "error": results[0]["error"], "data": {"results": results}})

    def _one(self, event):
        known = self._keys.get(event["key"])
        if known:
            if known[0] == event:
                return {**known[1], "duplicate": True}
            return {"success": False, "event": event["event"], "error": {"code": "idempotency_conflict", "message": "the key was used"}}
        why = self.verdict(event)
        if why:
            return {"success": False, "event": event["event"], "error": {"message": "as told", **why}}
        result = {"success": True, "event": event["event"], "rooms": event.get("rooms", ["of:catalogue"]), "recipients": 1,
                  "id": f"id-{len(self.sent) + 1}"}
        self._keys[event["key"]] = (event, result)
        self.sent.append(event)
        return result

    def _until_closed(self, handler):
        handler.close_connection = True
        handler.connection.settimeout(0.05)
        while not self.ended.is_set():
            try:
                if not handler.connection.recv(1):
                    return
            except socket.timeout:
                continue
            except OSError:
                return

    @staticmethod
    def _reset(handler):
        handler.close_connection = True
        try:
            handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was quicker

    @staticmethod
    def _answer(handler, status, headers, body):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if headers.get("Transfer-Encoding") == "chunked":
            text = b"".join(b"%x\r\n%b\r\n" % (len(text[i:i + 7]), text[i:i + 7]) for i in range(0, len(text), 7)) + b"0\r\n\r\n"
        else:
            handler.send_header("Content-Length", str(len(text)))
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(text)


def program(code, **env):
    """Runs `code` as a program of its own, without anything that is installed: (exit code, output, errors)."""
    import subprocess
    import sys
    here = os.path.join(os.path.dirname(__file__), "..", "src")
    patient = "PATIENT = {'exit_timeout': 20, 'deadline': 60, 'timeout': 20}\n"
    done = subprocess.run([sys.executable, "-S", "-c", patient + code], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": here, **env})
    return done.returncode, done.stdout, done.stderr
