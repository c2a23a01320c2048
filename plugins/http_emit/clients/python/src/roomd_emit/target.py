"""What a backend calls."""
from __future__ import annotations

from typing import Any, Optional, TypeVar

from .aio import AsyncDaemon
from .daemon import in_development
from .event import UNKNOWN, Aim, Confirmation, Known, Rooms
from .thread import ThreadDaemon
from .transaction import AsyncTransaction, Transaction

Self = TypeVar("Self", bound="_Target")
NOWHERE = Aim()


class _Target:
    """Whom events go to.  A value: `to()` and its like give another one, and nothing sticks to this one."""

    def __init__(self, sink: Any, aim: Aim = NOWHERE):
        self._sink, self._aim = sink, aim

    def to(self: Self, *rooms: Rooms) -> Self:
        return self._with(rooms=_flat(rooms))

    def except_(self: Self, *rooms: Rooms) -> Self:
        return self._with(except_=_flat(rooms))

    def of(self: Self, namespace: str) -> Self:
        return self._with(namespace=namespace)

    @property
    def volatile(self: Self) -> Self:
        return self._with(volatile=True)

    @property
    def durable(self: Self) -> Self:
        return self._with(durable=True)

    def _development(self) -> bool:
        return getattr(self._sink, "development", in_development())

    def _known(self, event: str) -> Known:
        return UNKNOWN

    def _with(self: Self, **changed: Any) -> Self:
        return self._copy(self._sink, self._aim.more(**changed))

    def _copy(self: Self, sink: Any, aim: Aim) -> Self:
        one = object.__new__(type(self))
        one.__dict__.update(self.__dict__)
        one._sink, one._aim = sink, aim
        return one


class Emitter(_Target):
    """Sends to a daemon, from any thread.  Its options: `Daemon` in daemon.py, `Limits` in line.py.

    What is left out comes from ROOMD_URL, ROOMD_SOCKET and ROOMD_KEY.  Raises ValueError for wrong options.
    """

    def __init__(self, url: Optional[str] = None, **options: Any):
        super().__init__(ThreadDaemon(url, **options))

    def emit(self, event: str, data: Any, *, rooms: Rooms = None, except_: Rooms = None,
             volatile: Optional[bool] = None, broadcast: Optional[bool] = None, namespace: Optional[str] = None,
             traceparent: Optional[str] = None, durable: Optional[bool] = None) -> None:
        """Sends soon.  Does not wait and, in production, does not raise."""
        aim = self._aim.more(rooms, except_, volatile, broadcast, namespace, traceparent, durable)
        return self._sink.emit(event, data, aim, self._known(event))

    def confirmed(self, event: str, data: Any, **options: Any) -> Confirmation:
        """... and waits for what became of it.  Raises EmitRefused or EmitDropped."""
        return self._sink.confirmed(event, data, self._aim.more(**options), self._known(event))

    def in_(self: Self, cursor: Any) -> Self:
        """The same names inside a transaction: what is emitted is sent when it commits."""
        return self._copy(Transaction(cursor, self._development()), self._aim)

    def flush(self, timeout: float = 2.0) -> bool:
        """Whether all that was emitted so far is settled, after `timeout` seconds at the latest."""
        return self._sink.flush(timeout)

    def close(self, timeout: float = 2.0) -> bool:
        """Flushes, drops what is left, and takes no more."""
        return self._sink.close(timeout)

    def stats(self) -> dict:
        return self._sink.stats()


class AsyncEmitter(_Target):
    """The twin for asyncio: emit() is a plain call, what waits is awaited.  Belongs to the thread of its loop."""

    def __init__(self, url: Optional[str] = None, **options: Any):
        super().__init__(AsyncDaemon(url, **options))

    emit = Emitter.emit
    stats = Emitter.stats

    async def confirmed(self, event: str, data: Any, **options: Any) -> Confirmation:
        return await self._sink.confirmed(event, data, self._aim.more(**options), self._known(event))

    def in_(self: Self, cursor: Any) -> Self:
        """Here `emit` gives something to await."""
        return self._copy(AsyncTransaction(cursor, self._development()), self._aim)

    async def flush(self, timeout: float = 2.0) -> bool:
        return await self._sink.flush(timeout)

    async def close(self, timeout: float = 2.0) -> bool:
        return await self._sink.close(timeout)


def _flat(rooms: Any) -> tuple:
    return tuple(name for one in rooms for name in ((one,) if isinstance(one, str) or one is None else one))
