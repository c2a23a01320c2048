"""A call for each event: what generated code is made of."""
from __future__ import annotations

import logging
import threading
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Type

from .aio import AsyncDaemon
from .daemon import Daemon, in_development
from .errors import EmitDropped, EmitRefused
from .event import UNKNOWN, Aim, Fault, Known
from .schema import Schema, checker
from .target import AsyncEmitter, Emitter, _Target
from .thread import ThreadDaemon


class Call:
    """live.booking_created: a call, with confirmed() beside it."""

    def __init__(self, target: Any, event: "event"):
        self._target, self._event = target, event

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._target.emit(self._event.name, self._event.data(args), **options)

    def confirmed(self, *args: Any, **options: Any) -> Any:
        return self._target.confirmed(self._event.name, self._event.data(args), **options)


class event:
    """`booking_created = event("booking:created", schema={...}, rooms=[...])` in a class of events.

    `arguments` are members of the data that come as arguments ahead of it; only a fake fills `rooms`.
    """

    def __init__(self, name: str, arguments: Sequence[str] = (), schema: Optional[Schema] = None,
                 rooms: Optional[Sequence[str]] = None, volatile: bool = False):
        self.name, self.arguments = name, tuple(arguments)
        self.known = Known(None if schema is None else _later(schema), volatile, rooms)

    def __set_name__(self, owner: Type[Any], name: str) -> None:
        if hasattr(Emitter, name):
            raise TypeError(f'"{name}" is a name of the emitter')
        knowns: Dict[str, Known] = dict(getattr(owner, "_knowns", {}))
        knowns[self.name] = self.known
        owner._knowns = knowns

    def __get__(self, target: Any, owner: Any = None) -> Any:
        return self if target is None else Call(target, self)

    def data(self, args: Tuple[Any, ...]) -> Any:
        if len(args) != len(self.arguments) + 1:
            raise TypeError(f"{self.name} takes {len(self.arguments) + 1} arguments: {[*self.arguments, 'data']}")
        *leading, data = args
        return {**data, **dict(zip(self.arguments, leading))} if leading else data


def _later(schema: Schema) -> Callable[[Any], Optional[Fault]]:
    made: list = []

    def check(data: Any) -> Optional[Fault]:
        if not made:
            made.append(checker(schema))
        return made[0](data)

    return check


class _Nowhere:
    """What a production process has that was told no address that can be one: its business goes on without events."""

    def __init__(self, why: Exception):
        self._why, self._dropped = why, 0
        logging.getLogger("roomd").error("nothing is emitted: %s", why)

    def emit(self, event: str, data: Any, aim: Aim, known: Known) -> None:
        self._dropped += 1

    def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> Any:
        self._dropped += 1
        raise EmitDropped("closed", str(self._why), event)

    def flush(self, timeout: float) -> Any:
        return True

    close = flush

    def stats(self) -> dict:
        return {"queued": 0, "queued_bytes": 0, "sent": 0, "duplicates": 0, "refused": 0, "dropped": self._dropped,
                "requests": 0, "retries": 0}


class _AsyncNowhere(_Nowhere):
    async def flush(self, timeout: float) -> Any:
        return True

    close = flush


class _Chosen:
    """The sink of generated code.  Until it is told another it makes one from the environment, at the first event."""

    def __init__(self, make: Callable[..., Any], catalogue: Optional[str]):
        self.make, self._catalogue = make, catalogue
        self.sink: Any = None
        self._lock = threading.Lock()

    def use(self, sink: Any) -> None:
        self.sink = sink
        if self._catalogue is not None and isinstance(sink, Daemon):
            sink.expect(self._catalogue)

    def chosen(self) -> Any:
        with self._lock:
            if self.sink is None:
                try:
                    self.use(self.make())
                except ValueError as why:
                    if in_development():
                        raise
                    self.sink = (_AsyncNowhere if self.make is AsyncDaemon else _Nowhere)(why)
            return self.sink

    def emit(self, *args: Any) -> Any:
        return self.chosen().emit(*args)

    def confirmed(self, *args: Any) -> Any:
        return self.chosen().confirmed(*args)

    def flush(self, timeout: float) -> Any:
        return self.chosen().flush(timeout)

    def close(self, timeout: float) -> Any:
        return self.chosen().close(timeout)

    def stats(self) -> dict:
        return self.chosen().stats()


class _Typed(_Target):
    _make: Callable[..., Any]
    _knowns: Dict[str, Known] = {}
    _catalogue: Optional[str] = None  # the digest of the one that generated code was made from

    def __init__(self, emitter: Any = None):
        _Target.__init__(self, _Chosen(type(self)._make, self._catalogue))
        if emitter:
            self.use(emitter)

    def use(self, emitter: Any) -> Any:
        """From now on, events go through that emitter: one with other options, or a fake."""
        self._sink.use(emitter._sink)
        return self

    def configure(self, url: Optional[str] = None, **options: Any) -> Any:
        """... through a new one with these options."""
        self._sink.use(self._sink.make(url, **options))
        return self

    def in_(self, cursor: Any) -> Any:
        sink = self._sink.sink  # a fake keeps what is emitted in a transaction too
        if hasattr(sink, "within"):
            return self._copy(sink.within(cursor), self._aim)
        return super().in_(cursor)  # type: ignore[misc]

    def _known(self, event: str) -> Known:
        return self._knowns.get(event, UNKNOWN)


class Live(_Typed, Emitter):
    """Derive from it with an event() for each event."""
    _make = ThreadDaemon


class AsyncLive(_Typed, AsyncEmitter):
    """... for asyncio."""
    _make = AsyncDaemon


__all__ = ["AsyncLive", "Call", "EmitRefused", "Live", "event"]
