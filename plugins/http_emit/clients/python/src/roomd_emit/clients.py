"""What a backend does to the clients of a daemon, and asks about them: the plugin http_clients."""
from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple, Union, overload
from urllib.parse import quote, unquote, urlencode

from .daemon import NOBODY, Connection
from .errors import EmitDropped, EmitRefused
from .http import Unreached, Way, ways

MAX_USERS = 1000  # in one question
_LATER = (429, 502, 503, 504)
_FROM_BETWEEN = (502, 504)  # of a proxy: what is behind it may have heard
_UNHEARD = (*NOBODY, socket.gaierror)
Rooms = Union[str, Sequence[str]]


class Moved(NamedTuple):
    """What became of a join or a leave, at the daemon that was asked."""
    clients: int  # that were meant
    moved: int  # of these, in other rooms now
    full: int  # of these, joined none of the rooms: they would have had too many


class Presence(NamedTuple):
    online: bool
    count: int
    clients: List[Dict[str, Any]]  # id, namespace, portal, transport, address, rooms


class Members(NamedTuple):
    count: int  # on all pages
    members: List[Dict[str, Any]]  # id, user
    next: Optional[str]  # `after` of the next page


# Asks (method, path, body, whether it may be said twice), and gives the data of the answer or raises.
Ask = Callable[[str, str, Optional[Dict[str, Any]], bool], Dict[str, Any]]


def _whom(user: Optional[str], client: Optional[str], room: Optional[str], namespace: Optional[str]) -> Dict[str, Any]:
    given = {"user": user, "client": client, "room": room, "namespace": namespace}
    return {name: value for name, value in given.items() if value is not None}


def _list(rooms: Rooms) -> List[str]:
    return [rooms] if isinstance(rooms, str) else list(rooms)


def _query(**values: Any) -> str:
    given = {name: value for name, value in values.items() if value is not None}
    return "?" + urlencode(given) if given else ""


def _request(way: Way, method: str, path: str, body: bytes) -> bytes:
    return b"%b %b%b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (
        method.encode("ascii"), way.where, path.encode("ascii"), way.head, len(body), body)


class _Daemon:
    """One connection, which is kept, and one question at a time."""

    def __init__(self, url: Optional[str], socket_path: Optional[str], key: Optional[str], path: str, timeout: float,
                 deadline: float, context: Optional[ssl.SSLContext]):
        if url is None and socket_path is None:
            url, socket_path = os.environ.get("ROOMD_URL"), os.environ.get("ROOMD_SOCKET")
        if timeout <= 0 or deadline <= 0:
            raise ValueError("timeout and deadline are more than 0")
        self._ways = ways(url, socket_path, "", key if key is not None else os.environ.get("ROOMD_KEY"))
        self._base, self._timeout, self._deadline, self._context = path.rstrip("/") + "/", timeout, deadline, context
        self._begin()

    def _begin(self) -> None:  # a child that was forked has a connection of its own
        self._process, self._lock = os.getpid(), threading.Lock()
        self._connection = Connection(self._ways, self._context)

    def ask(self, method: str, path: str, body: Optional[Dict[str, Any]], repeats: bool) -> Dict[str, Any]:
        if self._process != os.getpid():
            self._begin()
        end = time.monotonic() + self._deadline
        text = b"" if body is None else json.dumps(body).encode("ascii")
        longest, pause, last = 0.05, 0.0, "others were asked first"
        while True:
            try:
                with self._lock:
                    if time.monotonic() >= end:
                        raise EmitDropped("deadline", f"no answer within {self._deadline:g} s; the last attempt: {last}")
                    if not repeats:
                        self._connection.close()  # a new one, which nobody can have closed meanwhile
                    answer = self._connection.ask(lambda way: _request(way, method, self._base + path, text), self._timeout)
            except Unreached as why:
                # Who was kicked may be back by now: what was perhaps heard is not said again.
                if not repeats and not isinstance(why.__cause__, _UNHEARD):
                    raise EmitDropped("deadline", f"nobody knows: {why}") from why
                last, pause = str(why), 0.0
            else:
                if not repeats and answer.status in _FROM_BETWEEN:
                    raise EmitDropped("deadline", f"nobody knows: HTTP {answer.status}", status=answer.status)
                data = _data(answer.status, answer.body)
                if data is not None:
                    return data
                last, pause = f"HTTP {answer.status}", answer.retry_after or 0.0
            pause += longest * (0.5 + random.random() / 2)
            longest = min(1.0, longest * 2)
            if time.monotonic() + pause >= end:
                raise EmitDropped("deadline", f"no answer within {self._deadline:g} s; the last attempt: {last}")
            time.sleep(pause)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _data(status: int, body: bytes) -> Optional[Dict[str, Any]]:
    """None: not now.  Raises what the daemon refuses."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    if status == 200 and said.get("success") and isinstance(said.get("data"), dict):
        return said["data"]
    if status in _LATER:
        return None
    if status == 200:
        raise EmitDropped("answer_invalid", "the answer is not one of roomd", status=status)
    error = said.get("error")
    error = error if isinstance(error, dict) else {}
    raise EmitRefused(error.get("code", f"http_{status}"), error.get("message", f"HTTP {status}"),
                      pointer=error.get("pointer", ""), status=status)


class Clients:
    """Each call waits, and raises EmitRefused or EmitDropped as `confirmed` does.  Which clients are meant: all of a
    `user`, one `client` by its Socket.IO id, or all in a `room`."""

    def __init__(self, url: Optional[str] = None, socket_path: Optional[str] = None, key: Optional[str] = None,
                 path: str = "/api/", timeout: float = 2.0, deadline: float = 5.0,
                 ssl_context: Optional[ssl.SSLContext] = None):
        daemon = _Daemon(url, socket_path, key, path, timeout, deadline, ssl_context)
        self._ask: Ask = daemon.ask
        self.close = daemon.close

    def join(self, user: Optional[str] = None, rooms: Rooms = (), *, client: Optional[str] = None,
             room: Optional[str] = None, namespace: Optional[str] = None) -> Moved:
        return self._moved("join", "to", rooms, _whom(user, client, room, namespace))

    def leave(self, user: Optional[str] = None, rooms: Rooms = (), *, client: Optional[str] = None,
              room: Optional[str] = None, namespace: Optional[str] = None) -> Moved:
        return self._moved("leave", "from", rooms, _whom(user, client, room, namespace))

    def kick(self, user: Optional[str] = None, *, client: Optional[str] = None, room: Optional[str] = None,
             namespace: Optional[str] = None, close: bool = False, reason: Optional[str] = None) -> int:
        """Disconnects, a user in every namespace, and tells how many.  `close`: stock clients come back by themselves."""
        body = _whom(user, client, room, namespace)
        if close:
            body["close"] = True
        if reason is not None:
            body["reason"] = reason
        return int(self._ask("POST", "kick", body, False)["clients"])

    @overload
    def online(self, users: str) -> bool: ...
    @overload
    def online(self, users: Iterable[str]) -> Set[str]: ...

    def online(self, users: Union[str, Iterable[str]]) -> Union[bool, Set[str]]:
        """Whether a user is online; of many, those who are."""
        asked = [users] if isinstance(users, str) else list(users)
        there: Set[str] = set()
        for start in range(0, len(asked), MAX_USERS):
            there.update(self._ask("POST", "presence/online", {"users": asked[start:start + MAX_USERS]}, True)["online"])
        return users in there if isinstance(users, str) else there

    def user(self, user: str, *, namespace: Optional[str] = None) -> Presence:
        said = self._ask("GET", f"presence/users/{quote(user, safe='')}{_query(namespace=namespace)}", None, True)
        return Presence(said["online"], said["count"], said["clients"])

    def members(self, room: str, *, namespace: Optional[str] = None, limit: Optional[int] = None,
                after: Optional[str] = None) -> Members:
        """A page of a room's members: 100 of them unless `limit` says otherwise."""
        query = _query(namespace=namespace, limit=limit, after=after)
        said = self._ask("GET", f"presence/rooms/{quote(room, safe='')}{query}", None, True)
        return Members(said["count"], said["members"], said.get("next"))

    def _moved(self, verb: str, member: str, rooms: Rooms, body: Dict[str, Any]) -> Moved:
        said = self._ask("POST", f"rooms/{verb}", {**body, member: _list(rooms)}, True)
        return Moved(said["clients"], said["moved"], said.get("full", 0))


class AsyncClients:
    """The same for asyncio: each call is awaited, and waits in a thread."""

    def __init__(self, *args: Any, clients: Optional[Clients] = None, **options: Any):
        self._clients = clients if clients is not None else Clients(*args, **options)

    async def join(self, *args: Any, **options: Any) -> Moved:
        return await self._run(self._clients.join, args, options)

    async def leave(self, *args: Any, **options: Any) -> Moved:
        return await self._run(self._clients.leave, args, options)

    async def kick(self, *args: Any, **options: Any) -> int:
        return await self._run(self._clients.kick, args, options)

    async def online(self, users: Union[str, Iterable[str]]) -> Any:
        return await self._run(self._clients.online, (users,), {})

    async def user(self, *args: Any, **options: Any) -> Presence:
        return await self._run(self._clients.user, args, options)

    async def members(self, *args: Any, **options: Any) -> Members:
        return await self._run(self._clients.members, args, options)

    def close(self) -> None:
        self._clients.close()

    @staticmethod
    async def _run(call: Callable[..., Any], args: Tuple[Any, ...], options: Dict[str, Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: call(*args, **options))


class FakeClients(Clients):
    """For tests: keeps what is done, and answers questions from what a test says."""

    def __init__(self) -> None:
        self.done: List[Dict[str, Any]] = []  # {"call": "join", "user": .., "rooms": [..]}
        self.rooms: Dict[str, List[str]] = {}  # their members by user; who is in one is online
        self.users: Set[str] = set()  # that are online besides
        self._ask = self._answer
        self.close = lambda: None

    def clear(self) -> None:
        self.done.clear()

    def _is(self, user: str) -> bool:
        return user in self.users or any(user in members for members in self.rooms.values())

    def _answer(self, method: str, path: str, body: Optional[Dict[str, Any]], repeats: bool) -> Dict[str, Any]:
        if path == "presence/online":
            return {"online": [user for user in (body or {})["users"] if self._is(user)]}
        if method == "POST":
            one = {"call": path.rpartition("/")[2], **(body or {})}
            for member in ("to", "from"):
                if member in one:
                    one["rooms"] = one.pop(member)
            self.done.append(one)
            clients = len(self.rooms.get(one["room"], ())) if "room" in one else 1
            return {"clients": clients, "moved": clients, "full": 0}
        _, what, name = path.partition("?")[0].split("/")
        name = unquote(name)
        if what == "rooms":
            members = [{"id": f"fake{i}", "user": user} for i, user in enumerate(self.rooms.get(name, ()))]
            return {"count": len(members), "members": members}
        there = [room for room, members in self.rooms.items() if name in members]
        clients_ = [{"id": "fake0", "namespace": "/", "transport": "websocket", "rooms": there}] if self._is(name) else []
        return {"online": bool(clients_), "count": len(clients_), "clients": clients_}
