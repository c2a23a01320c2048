"""What both emitters to a daemon have in common: options, keys, reports, the end of the process."""
from __future__ import annotations

import atexit
import codecs
import json
import logging
import os
import re
import socket
import ssl
import sys
import time
import weakref
from typing import Any, Callable, List, Optional, Tuple

from .errors import EmitDropped, EmitRefused, RoomdError
from .event import Aim, Known, UNKNOWN, check, prepare
from .http import Answer, Parser, Unreached, Way, ways
from .line import Limits, Line, Settle
from .report import Reporter
from .ulid import Ulids

_TRACEPARENT = re.compile(r"[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}")
# The first look-up of a host imports this codec.  A child that is forked meanwhile would wait for the lock of that
# import for ever, so nothing is imported once there may be a thread that sends.
codecs.lookup("idna")
HEALTH = b"/health"
MAX_HEALTH = 1.0  # seconds for which events wait behind it, once
NOBODY = (FileNotFoundError, ConnectionRefusedError, PermissionError)


class Connection:
    """Posts batches over one connection that is kept, and waits."""

    def __init__(self, found: List[Way], context: Optional[ssl.SSLContext]):
        self._ways, self._context = found, context
        self._socket: Optional[socket.socket] = None
        self._way: Optional[Way] = None

    def post(self, body: bytes, traceparent: Optional[str], timeout: float) -> Answer:
        """Raises Unreached.  Looking up a name aside, it takes `timeout` seconds at most."""
        return self.ask(lambda way: way.request(body, traceparent), timeout)

    def page(self, path: bytes, timeout: float) -> Answer:
        """A page of the daemon itself.  Raises Unreached."""
        return self.ask(lambda way: way.page(path), timeout)

    def ask(self, request: Callable[[Way], bytes], timeout: float) -> Answer:
        end = time.monotonic() + timeout
        kept = self._socket is not None
        parser = Parser()
        try:
            way = self._way if kept and self._way else self._open(end)
            self._left(end).sendall(request(way))
            answer = None
            while answer is None:
                more = self._left(end).recv(65_536)
                answer = parser.feed(more) if more else parser.end()
        except Unreached as why:
            self.close()
            raise Unreached(str(why), kept and parser.empty) from why
        except Exception as why:  # a time-out too, and a host that can be no name
            self.close()
            broken = isinstance(why, (ConnectionResetError, BrokenPipeError))
            message = f"no answer within {timeout:g} s" if isinstance(why, socket.timeout) else str(why)
            raise Unreached(message, kept and broken) from why
        if not parser.kept:
            self.close()
        return answer

    def close(self) -> None:
        one, self._socket = self._socket, None
        if one:
            one.close()

    def _open(self, end: float) -> Way:
        for i, way in enumerate(self._ways):
            try:
                self._socket = self._connected(way, end)
                self._way = way
                return way
            except NOBODY:
                if i + 1 == len(self._ways):
                    raise
        raise Unreached("there is no way to the daemon")

    def _connected(self, way: Way, end: float) -> socket.socket:
        if way.socket_path:
            one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                one.settimeout(max(0.001, end - time.monotonic()))
                one.connect(way.socket_path)
            except BaseException:
                one.close()
                raise
            return one
        one = socket.create_connection((way.host, way.port), max(0.001, end - time.monotonic()))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if way.secure:
            one.settimeout(max(0.001, end - time.monotonic()))
            one = tls(self._context).wrap_socket(one, server_hostname=way.host)
        return one

    def _left(self, end: float) -> socket.socket:
        left = end - time.monotonic()
        if left <= 0 or self._socket is None:
            raise socket.timeout("timed out")
        self._socket.settimeout(left)
        return self._socket


def tls(context: Optional[ssl.SSLContext]) -> ssl.SSLContext:
    return context or ssl.create_default_context()


class Daemon:
    """A sink to a daemon.  How a line is watched and emptied is up to who derives from it."""

    def __init__(self, url: Optional[str] = None, socket_path: Optional[str] = None, key: Optional[str] = None,
                 path: str = "/api/emit", on_error: Optional[Callable[[RoomdError], None]] = None,
                 log: Optional[logging.Logger] = None, traceparent: Optional[Callable[[], Optional[str]]] = None,
                 development: Optional[bool] = None, exit_timeout: float = 2.0,
                 ssl_context: Optional[ssl.SSLContext] = None, durable: Optional[bool] = None, **limits: Any):
        if url is None and socket_path is None:
            url, socket_path = os.environ.get("ROOMD_URL"), os.environ.get("ROOMD_SOCKET")
        self.limits = Limits(**limits)
        self.ways = ways(url, socket_path, path, key if key is not None else os.environ.get("ROOMD_KEY"))
        self.context = ssl_context
        self.durable = durable  # the default of its events
        self.development = in_development() if development is None else development
        self.exit_timeout = exit_timeout
        self._trace = traceparent
        self.reporter = Reporter(on_error, log or logging.getLogger("roomd"))
        self.closed = False
        self.catalogue: Optional[str] = None
        self.begin()
        _all.add(self)

    def begin(self) -> None:
        """As new: also in a child, whose parent sends what was in line."""
        self.line = Line(self.limits)
        self.ulids = Ulids()
        self._compared = False

    def expect(self, catalogue: str) -> None:
        """Warns once, behind the first batch, when the daemon has another catalogue than generated code was made from."""
        self.catalogue = catalogue

    def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        try:
            self.push(event, data, aim, known, None)
        except RoomdError as why:
            if self.development:
                raise
            self.reporter.report(why)
        except Exception as why:  # a mistake of ours
            if self.development:
                raise
            self.reporter.report(EmitRefused("internal_error", repr(why), str(event)))

    def prepared(self, event: str, data: Any, aim: Aim, known: Known, key: str):
        if self.development:
            check(event, data, known)
        one = prepare(event, data, self.aimed(aim), key, known)
        if self.closed:
            raise EmitDropped("closed", "the emitter was closed", event, key)
        return one._replace(traceparent=self._context(aim.traceparent))

    def aimed(self, aim: Aim) -> Aim:
        return aim if aim.durable is not None else aim._replace(durable=self.durable)

    def push(self, event: str, data: Any, aim: Aim, known: Known, settle: Optional[Settle]) -> None:
        raise NotImplementedError

    def tell(self, settled: List[Tuple[Any, Any]]) -> None:
        """Tells who asked what became of events.  Never under a lock."""
        for one, outcome in settled:
            if one.settle:
                one.settle(outcome)
            elif isinstance(outcome, RoomdError):
                self.reporter.report(outcome)

    def drain(self, connection: Connection, seconds: float) -> None:
        """Sends what is in line, here and now: for the end of a process, when nobody else does."""
        end = time.monotonic() + seconds
        self.line.hurry += 1
        while True:
            now = time.monotonic()
            due = self.line.due(now)
            if due is None or now >= end:
                break
            if due > 0:
                time.sleep(min(due, end - now))
                continue
            self.attempt(connection, self.line.take(now), end)
            self.tell(self.taken())
        self.line.hurry -= 1

    def attempt(self, connection: Connection, batch: List[Any], end: float) -> None:
        if batch:
            try:
                answer: Any = connection.post(*self.line.body(batch), max(0.001, min(self.limits.timeout, end - time.monotonic())))
            except Unreached as why:
                answer = why
            self.line.became(batch, answer, time.monotonic())

    def taken(self) -> List[Tuple[Any, Any]]:
        settled, self.line.settled = self.line.settled, []
        return settled

    def compares(self, answer: Any) -> bool:
        """Whether to ask for /health now: once, and only whoever has answered."""
        if self.catalogue is None or self._compared or not isinstance(answer, Answer):
            return False
        self._compared = True
        return True

    def compare(self, health: Answer) -> None:
        try:
            told = json.loads(health.body)["data"]["catalogue"]
        except (ValueError, LookupError, TypeError):
            return  # not a page of roomd: the events will tell
        if isinstance(told, str) and told != self.catalogue:
            self.reporter.stale(told, self.catalogue)

    def leave(self) -> None:
        """The process ends."""
        raise NotImplementedError

    def lose(self, why: str) -> None:
        self.line.drop("closed", why)
        self.tell(self.taken())

    def _context(self, given: Optional[str]) -> Optional[str]:
        try:
            one = given if given is not None else self._trace() if self._trace else None
            return one if one is not None and _TRACEPARENT.fullmatch(one) else None
        except Exception:  # of the application's
            return None


def in_development() -> bool:
    """Where `python -X dev` or ROOMD_ENV=development says so: what is not told apart is production."""
    return sys.flags.dev_mode or os.environ.get("ROOMD_ENV") == "development"


_all: "weakref.WeakSet[Daemon]" = weakref.WeakSet()


def at_exit() -> None:
    for one in list(_all):
        one.leave()


def _in_child() -> None:
    for one in list(_all):
        one.begin()


atexit.register(at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def flush_in_child() -> None:
    """Processes of multiprocessing end without atexit, and have a list of their own."""
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process and util and process.parent_process() is not None:
        util.Finalize(None, at_exit, exitpriority=0)


__all__ = ["Connection", "Daemon", "UNKNOWN", "at_exit", "flush_in_child", "in_development", "tls"]
