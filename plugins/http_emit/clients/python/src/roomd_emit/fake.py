"""Emitters for tests: they keep what is emitted, and raise what a daemon would refuse."""
from __future__ import annotations

import json
import re
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from .errors import EmitRefused
from .event import Aim, Confirmation, Known, check, prepare, unstored
from .target import NOWHERE, AsyncEmitter, Emitter, _Target
from .ulid import Ulids


class Emitted(NamedTuple):
    """An event as a test sees it."""
    event: str
    data: Any  # as JSON carries it to the clients
    rooms: Optional[List[str]]  # those that the emit named, else those that the catalogue makes of the data
    except_: List[str]
    volatile: bool
    broadcast: bool
    durable: bool
    namespace: str
    key: str
    transaction: Any  # the cursor that it was emitted on


_FIELD = re.compile(r"\{/?([^{}]+)\}")
_ROOM_ID = re.compile(r"[!#-)+-;=?-_a-z|~]{1,255}")


_MISSING = object()


def _is_id(value: Any) -> bool:
    if isinstance(value, str):
        return _ROOM_ID.fullmatch(value) is not None
    return type(value) is int and abs(value) < 2 ** 53


def _filled(event: str, templates: Sequence[str], data: Any) -> List[str]:
    rooms: List[str] = []
    for template in templates:
        made, end = [""], 0
        for field in _FIELD.finditer(template):
            pointer = f"/data/{field[1]}"
            value = data
            for name in field[1].split("/"):
                value = value.get(name, _MISSING) if isinstance(value, dict) else _MISSING
            if value is _MISSING:
                raise EmitRefused("room_field_missing", f"{template} needs {field[1]}", event, pointer=pointer)
            values = value if isinstance(value, list) else [value]
            for i, one in enumerate(values):
                if not _is_id(one):
                    raise EmitRefused("room_field_invalid", f"{template}: {field[1]} gives no room", event,
                                      pointer=f"{pointer}/{i}" if values is value else pointer)
            made = [f"{start}{template[end:field.start()]}{one}" for start in made for one in values]
            end = field.end()
        rooms += [one + template[end:] for one in made]
    if not templates:
        raise EmitRefused("no_target", "the catalogue has no rooms for it: name them", event, pointer="/rooms")
    if not rooms:
        raise EmitRefused("room_field_invalid", "the data gives no room", event, pointer="/data")
    return list(dict.fromkeys(rooms))


class _List:
    def __init__(self) -> None:
        self.emitted: List[Emitted] = []
        self.recipients = 1
        self._ulids = Ulids()

    def take(self, event: str, data: Any, aim: Aim, known: Known, transaction: Any = None) -> Emitted:
        key = self._ulids.next()
        check(event, data, known)
        plain = json.loads(prepare(event, data, aim, key, known).json)["data"]
        rooms = None if aim.rooms is None else list(aim.rooms)
        if rooms is None and known.rooms is not None and not aim.broadcast:
            rooms = _filled(event, known.rooms, plain)
        one = Emitted(event, plain, rooms, list(aim.except_), aim.volatile, aim.broadcast, bool(aim.durable), aim.namespace or "/", key, transaction)
        self.emitted.append(one)
        return one

    def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        self.take(event, data, aim, known)

    def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> Any:
        one = self.take(event, data, unstored(event, aim), known)
        return Confirmation(one.key, self.recipients, one.rooms or [], False)

    def within(self, cursor: Any) -> Any:
        return _Within(self, cursor)

    def flush(self, timeout: float) -> Any:
        return True

    close = flush

    def stats(self) -> dict:
        return {"queued": 0, "queued_bytes": 0, "sent": len(self.emitted), "duplicates": 0, "refused": 0, "dropped": 0,
                "requests": 0, "retries": 0}


class _Within:
    def __init__(self, taker: _List, cursor: Any):
        self._list, self._cursor = taker, cursor

    def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        self._list.take(event, data, aim, known, self._cursor)


class _AsyncList(_List):
    async def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> Any:
        return super().confirmed(event, data, aim, known)

    def within(self, cursor: Any) -> Any:
        return _AsyncWithin(self, cursor)

    async def flush(self, timeout: float) -> Any:
        return True

    close = flush


class _AsyncWithin(_Within):
    async def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:  # type: ignore[override]
        super().emit(event, data, aim, known)


class _Kept(_Target):
    @property
    def emitted(self) -> Tuple[Emitted, ...]:
        return tuple(self._sink.emitted)

    def data(self, event: str) -> List[Any]:
        """The data of each `event`."""
        return [one.data for one in self._sink.emitted if one.event == event]

    def clear(self) -> None:
        self._sink.emitted.clear()

    def recipients(self, number: int) -> Any:
        """What `confirmed` says from now on."""
        self._sink.recipients = number
        return self

    def in_(self, cursor: Any) -> Any:
        return self._copy(self._sink.within(cursor), self._aim)


class Fake(_Kept, Emitter):
    def __init__(self) -> None:
        _Target.__init__(self, _List(), NOWHERE)


class AsyncFake(_Kept, AsyncEmitter):
    def __init__(self) -> None:
        _Target.__init__(self, _AsyncList(), NOWHERE)
