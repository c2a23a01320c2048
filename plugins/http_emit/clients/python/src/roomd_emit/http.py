"""HTTP/1.1 as far as a batch needs it, without input and output: threads and asyncio bring their own."""
from __future__ import annotations

import email.utils
import os
import re
import time
from typing import Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

# int() takes signs and more besides.
_DIGITS = re.compile(r"[0-9]{1,18}")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;|$)")  # RFC 9112, 7.1: extensions are passed over
MAX_HEAD = 65_536
MAX_ANSWER = 8 * 1_048_576


class Unreached(Exception):
    """No answer came.  `stale`: the kept connection had been closed, and another one may do."""

    def __init__(self, message: str, stale: bool = False):
        super().__init__(message)
        self.stale = stale


class Answer(NamedTuple):
    status: int
    body: bytes
    retry_after: Optional[float] = None  # seconds


class Way(NamedTuple):
    """One way to the daemon: a Unix socket, or a host and port."""
    socket_path: Optional[str]
    host: str
    port: int
    secure: bool
    where: bytes  # what stands before the path of each of the daemon's pages
    path: bytes  # where batches go
    head: bytes  # of each request, but for its first line and the length

    def request(self, body: bytes, traceparent: Optional[str]) -> bytes:
        trace = f"traceparent: {traceparent}\r\n" if traceparent else ""
        return b"POST %b%b HTTP/1.1\r\n%b%bContent-Length: %d\r\n\r\n%b" % (
            self.where, self.path, self.head, trace.encode("ascii"), len(body), body)

    def page(self, path: bytes) -> bytes:
        return b"GET %b%b HTTP/1.1\r\n%b\r\n" % (self.where, path, self.head)


def ways(url: Optional[str], socket_path: Optional[str], path: str, key: Optional[str]) -> List[Way]:
    """Raises ValueError with what is wrong with the place."""
    found = []
    if key and not (key.isascii() and key.isprintable()):
        raise ValueError("a key is visible ASCII")

    def head(host: str) -> bytes:
        lines = [f"Host: {host}", "Content-Type: application/json"]
        if key:
            lines.append(f"Authorization: Bearer {key}")
        return ("\r\n".join(lines) + "\r\n").encode("ascii")

    batches = f"{path.rstrip('/')}/batch".encode("ascii")
    if socket_path:
        found.append(Way(os.fspath(socket_path), "", 0, False, b"", batches, head("localhost")))
    if url or not socket_path:
        at = urlsplit(url or "http://127.0.0.1:3001")
        if at.scheme not in ("http", "https") or not at.hostname:
            raise ValueError(f"the url of roomd begins with http:// or https://, not {url!r}")
        port = at.port or (443 if at.scheme == "https" else 80)
        found.append(Way(None, at.hostname, port, at.scheme == "https", at.path.rstrip("/").encode("ascii"), batches,
                         head(at.netloc.rpartition("@")[2])))
    return found


class Parser:
    """One answer, from bytes as they come."""

    def __init__(self) -> None:
        self._seen = bytearray()
        self._status = 0
        self._headers: Optional[Dict[str, str]] = None
        self._body = bytearray()  # of chunks
        self.kept = False  # whether the connection may be used again

    @property
    def empty(self) -> bool:
        return self._headers is None and not self._seen

    def feed(self, more: bytes) -> Optional[Answer]:
        """The answer when it is whole.  Raises Unreached for what is none."""
        self._seen += more
        if len(self._seen) + len(self._body) > MAX_ANSWER:
            raise Unreached("the answer is too long")
        while self._headers is None:
            end = self._seen.find(b"\r\n\r\n")
            if end < 0:
                if len(self._seen) > MAX_HEAD:
                    raise Unreached("the head of the answer is too long")
                return None
            self._status, headers = self._head(bytes(self._seen[:end]))
            del self._seen[:end + 4]
            if self._status >= 200:  # others are on the way to it
                self._headers = headers
        return self._whole()

    def end(self) -> Answer:
        """The connection was closed."""
        headers = self._headers
        if headers is None or "content-length" in headers or "chunked" in headers.get("transfer-encoding", ""):
            raise Unreached("the connection was closed")
        return self._answer(bytes(self._seen))

    @staticmethod
    def _head(head: bytes) -> Tuple[int, Dict[str, str]]:
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or not _DIGITS.fullmatch(words[1]):
            raise Unreached("the answer is not HTTP/1.1")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return int(words[1]), headers

    def _whole(self) -> Optional[Answer]:
        headers = self._headers or {}
        self.kept = headers.get("connection", "").lower() != "close"
        if self._status in (204, 304):
            return self._answer(b"")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = headers.get("content-length")
        if length is None:
            self.kept = False
            return None
        if not _DIGITS.fullmatch(length):
            raise Unreached("the answer has no length")
        if len(self._seen) < int(length):
            return None
        return self._answer(bytes(self._seen[:int(length)]))

    def _chunks(self) -> Optional[Answer]:
        while True:
            end = self._seen.find(b"\r\n")
            if end < 0:
                return None
            digits = _SIZE.match(self._seen, 0, end)
            if digits is None:
                raise Unreached("the answer has no proper chunks")
            size = int(digits[1], 16)
            if size == 0:
                return self._answer(bytes(self._body)) if self._seen.find(b"\r\n\r\n", end) >= 0 else None
            if len(self._seen) < end + 4 + size:
                return None
            self._body += self._seen[end + 2:end + 2 + size]
            del self._seen[:end + 4 + size]

    def _answer(self, body: bytes) -> Answer:
        return Answer(self._status, body, wait((self._headers or {}).get("retry-after")))


def wait(header: Optional[str]) -> Optional[float]:
    """Retry-After is seconds or a date."""
    if header is None:
        return None
    if _DIGITS.fullmatch(header):
        return float(header)
    try:
        at = email.utils.parsedate_tz(header)
        return None if at is None else max(0.0, email.utils.mktime_tz(at) - time.time())
    except (ValueError, OverflowError):  # no such day
        return None
