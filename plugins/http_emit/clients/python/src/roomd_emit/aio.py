"""The emitter for asyncio: a task that lives while something is in line."""
from __future__ import annotations

import asyncio
import time
from typing import Any, Callable, Optional, Set, Tuple

from .daemon import HEALTH, MAX_HEALTH, NOBODY, Connection, Daemon, tls
from .errors import RoomdError
from .event import Aim, Confirmation, Known, unstored
from .http import Answer, Parser, Unreached, Way
from .line import Settle

_Streams = Tuple[asyncio.StreamReader, asyncio.StreamWriter, Way]


# Those with events in line: the end of the process sends them even if nobody holds the emitter any more.
_waiting: Set["AsyncDaemon"] = set()


class AsyncDaemon(Daemon):
    """Belongs to the thread of the loop.  Another loop may follow; what was in line goes on in that."""

    def begin(self) -> None:
        super().begin()
        _waiting.discard(self)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._task: Optional["asyncio.Task[None]"] = None
        self._wake: Optional[asyncio.Event] = None
        self._streams: Optional[_Streams] = None

    def push(self, event: str, data: Any, aim: Aim, known: Known, settle: Optional[Settle]) -> None:
        self.line.push(self.prepared(event, data, aim, known, self.ulids.next()), time.monotonic(), settle)
        _waiting.add(self)
        self._work_on()
        self.tell(self.taken())

    async def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> Confirmation:
        """Raises EmitRefused or EmitDropped."""
        heard: "asyncio.Future[Any]" = asyncio.get_running_loop().create_future()
        self.push(event, data, unstored(event, self.aimed(aim)), known, lambda one: None if heard.done() else heard.set_result(one))
        outcome = await heard
        if isinstance(outcome, RoomdError):
            raise outcome
        return outcome

    async def flush(self, timeout: float) -> bool:
        order = self.line.order
        end = time.monotonic() + timeout
        self.line.hurry += 1
        try:
            while not self.line.done(order):
                self._work_on()
                left = end - time.monotonic()
                if left <= 0 or not self._task:
                    return False
                try:
                    await asyncio.wait_for(self._settled.wait(), left)
                except asyncio.TimeoutError:
                    return False
            return True
        finally:
            self.line.hurry -= 1

    async def close(self, timeout: float) -> bool:
        self.closed = True
        done = await self.flush(timeout)
        if self._task and self._loop is asyncio.get_running_loop():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.lose("the emitter was closed")
        self._hang_up()
        return done

    def lose(self, why: str) -> None:
        super().lose(why)
        _waiting.discard(self)

    def leave(self) -> None:
        # Whatever loop there was is gone, and so is its task: what is on the way is in line again.
        if self.line.waiting():
            self.drain(Connection(self.ways, self.context), self.exit_timeout)
        self.lose("the process ended")

    def stats(self) -> dict:
        return self.line.stats()

    def _work_on(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # the next loop, or the end of the process, sends
        if self._loop is not loop:
            self._loop, self._task, self._streams = loop, None, None
            self._settled = asyncio.Event()
        if self._wake:
            self._wake.set()
        if not self._task or self._task.done():
            self._wake = asyncio.Event()
            self._task = loop.create_task(self._work(loop, self._wake))

    async def _work(self, loop: asyncio.AbstractEventLoop, wake: asyncio.Event) -> None:
        while True:
            now = time.monotonic()
            due = self.line.due(now)
            if due is None:
                _waiting.discard(self)
                return
            if due > 0:
                timer = loop.call_later(due, wake.set)
                await wake.wait()
                timer.cancel()
                wake.clear()
                continue
            batch = self.line.take(now)
            answer: Any = None
            try:
                if batch:
                    body, trace = self.line.body(batch)
                    answer = await self._attempt(lambda way: way.request(body, trace), self.limits.timeout)
            except Unreached as why:
                answer = why
            finally:  # cancelled: the batch is in line again
                if batch:
                    self.line.became(batch, answer, time.monotonic())
            self.tell(self.taken())
            settled, self._settled = self._settled, asyncio.Event()
            settled.set()  # for all who wait
            if self.compares(answer):
                try:
                    self.compare(await self._attempt(lambda way: way.page(HEALTH), min(MAX_HEALTH, self.limits.timeout)))
                except Unreached:
                    pass

    async def _attempt(self, request: Callable[[Way], bytes], timeout: float) -> Answer:
        kept = self._streams is not None
        parser = Parser()
        try:
            return await asyncio.wait_for(self._ask(parser, request), timeout)
        except asyncio.TimeoutError:
            self._hang_up()
            raise Unreached(f"no answer within {timeout:g} s") from None
        except Exception as why:  # a host that can be no name, too
            self._hang_up()
            stale = isinstance(why, (Unreached, ConnectionResetError, BrokenPipeError)) and parser.empty
            raise Unreached(str(why), kept and stale) from why
        except asyncio.CancelledError:
            self._hang_up()
            raise

    async def _ask(self, parser: Parser, request: Callable[[Way], bytes]) -> Answer:
        if not self._streams:
            self._streams = await self._open()
        reader, writer, way = self._streams
        writer.write(request(way))
        await writer.drain()
        answer = None
        while answer is None:
            more = await reader.read(65_536)
            answer = parser.feed(more) if more else parser.end()
        if not parser.kept:
            self._hang_up()
        return answer

    async def _open(self) -> _Streams:
        for i, way in enumerate(self.ways):
            try:
                if way.socket_path:
                    return (*await asyncio.open_unix_connection(way.socket_path), way)
                secure = tls(self.context) if way.secure else None
                return (*await asyncio.open_connection(way.host, way.port, ssl=secure), way)
            except NOBODY:
                if i + 1 == len(self.ways):
                    raise
        raise Unreached("there is no way to the daemon")

    def _hang_up(self) -> None:
        streams, self._streams = self._streams, None
        if streams:
            streams[1].close()
