"""An event on its way from a call to a body."""
from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import re
import uuid
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

from .errors import EmitRefused

Rooms = Union[str, Sequence[str], None]
MAX_EVENT = 1_048_576  # a daemon that takes less says so
_RESERVED = frozenset(("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"))
_ROOM = re.compile(r"[A-Za-z0-9_.@+~-]{1,64}:[!#-)+-;=?-_a-z|~]{1,255}|[!#-)+-9;=?-_a-z|~]{1,255}")


class Confirmation(NamedTuple):
    id: str
    recipients: int  # clients of the daemon that it was queued for
    rooms: List[str]
    duplicate: bool  # an earlier attempt was heard, but not its answer


class Fault(NamedTuple):
    pointer: str  # into the data
    message: str


class Known(NamedTuple):
    """What the catalogue says of an event, as far as a backend is concerned."""
    check: Optional[Callable[[Any], Optional[Fault]]] = None
    volatile: bool = False
    rooms: Optional[Sequence[str]] = None  # templates such as library:{libraryId}


UNKNOWN = Known()


class Aim(NamedTuple):
    """Whom an event goes to and how.  Rooms that are None are those of the catalogue, never everyone."""
    rooms: Optional[Tuple[Any, ...]] = None
    except_: Tuple[Any, ...] = ()
    volatile: bool = False
    broadcast: bool = False
    namespace: Optional[str] = None
    traceparent: Optional[str] = None
    durable: Optional[bool] = None  # None: as the emitter or its key has it

    def more(self, rooms: Rooms = None, except_: Rooms = None, volatile: Optional[bool] = None,
             broadcast: Optional[bool] = None, namespace: Optional[str] = None,
             traceparent: Optional[str] = None, durable: Optional[bool] = None) -> "Aim":
        return Aim(self.rooms if rooms is None else (self.rooms or ()) + names(rooms),
                   self.except_ if except_ is None else self.except_ + names(except_),
                   self.volatile if volatile is None else bool(volatile),
                   self.broadcast if broadcast is None else bool(broadcast),
                   self.namespace if namespace is None else namespace,
                   self.traceparent if traceparent is None else traceparent,
                   self.durable if durable is None else bool(durable))


def names(value: Any) -> Tuple[Any, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class Prepared(NamedTuple):
    event: str
    key: str
    json: str  # the event as a member of a batch
    volatile: bool
    traceparent: Optional[str]


def _other(value: Any) -> Any:
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"a {type(value).__name__} can not be written as JSON")


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_other)


def text(event: str, data: Any) -> str:
    """Data as JSON.  Raises EmitRefused for what JSON has not."""
    try:
        return _ENCODER.encode(data)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as why:
        raise EmitRefused("data_invalid", str(why), event, pointer="/data") from why


def _list(event: str, name: str, value: Tuple[Any, ...]) -> str:
    if not all(isinstance(room, str) for room in value):
        raise EmitRefused("room_invalid", "a room is named by a string", event, pointer=f"/{name}")
    for i, room in enumerate(value):
        if not _ROOM.fullmatch(room):
            raise EmitRefused("room_invalid", f"{_ENCODER.encode(room)} can be no room: see the id of a room in docs/rooms.md",
                              event, pointer=f"/{name}/{i}")
    return f',"{name}":{_ENCODER.encode(value)}'


def check(event: str, data: Any, known: Known) -> None:
    fault = known.check(data) if known.check else None
    if fault:
        raise EmitRefused("schema_mismatch", fault.message, event, pointer=f"/data{fault.pointer}")


def unstored(event: str, aim: Aim) -> Aim:
    """What can be confirmed.  Raises EmitRefused for what is durable."""
    if aim.durable:
        raise EmitRefused("durable_unconfirmed", "nobody knows the recipients of a durable event: say durable=False",
                          event, pointer="/durable")
    return aim._replace(durable=False)


def prepare(event: str, data: Any, aim: Aim, key: str, known: Known = UNKNOWN) -> Prepared:
    """Raises EmitRefused for what no daemon would take."""
    if not isinstance(event, str) or not event:
        raise EmitRefused("event_invalid", "an event has a name", str(event), pointer="/event")
    if event in _RESERVED or len(event.encode("utf-8", "surrogatepass")) > 256:
        raise EmitRefused("event_invalid", "Socket.IO reserves this name, or it is longer than 256 bytes", event,
                          pointer="/event")
    body = f'{{"event":{_ENCODER.encode(event)},"data":{text(event, data)}'
    if aim.rooms is not None:
        if not aim.rooms:
            raise EmitRefused("rooms_empty", "name at least one room, or leave the rooms out", event, pointer="/rooms")
        body += _list(event, "rooms", aim.rooms)
    if aim.except_:
        body += _list(event, "except", aim.except_)
    if aim.broadcast:
        if aim.rooms is not None:
            raise EmitRefused("two_targets", "a broadcast goes to everyone: leave the rooms out", event,
                              pointer="/broadcast")
        body += ',"broadcast":true'
    if aim.volatile:
        body += ',"volatile":true'
    if aim.durable is not None:
        body += f',"durable":{_ENCODER.encode(aim.durable)}'
    if aim.namespace is not None:
        body += f',"namespace":{_ENCODER.encode(aim.namespace)}'
    body += f',"key":"{key}"}}'
    if len(body) > MAX_EVENT:
        raise EmitRefused("emit_too_big", f"{len(body)} bytes are too many for one event", event, pointer="/data")
    return Prepared(event, key, body, aim.volatile or known.volatile, aim.traceparent)
