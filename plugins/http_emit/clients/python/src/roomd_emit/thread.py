"""The emitter for threads: one of its own sends."""
from __future__ import annotations

import threading
import time
from typing import Any, Optional

from .daemon import HEALTH, MAX_HEALTH, Connection, Daemon, flush_in_child
from .errors import RoomdError
from .event import Aim, Confirmation, Known, unstored
from .http import Unreached
from .line import Settle


class ThreadDaemon(Daemon):
    def begin(self) -> None:
        # A child has none of its parent's threads, and its locks are in whatever state they were: all is made anew.
        old = getattr(self, "_connection", None)
        if old:
            old.close()
        super().begin()
        self._changed = threading.Condition()
        self._thread: Optional[threading.Thread] = None
        self._connection = Connection(self.ways, self.context)

    def push(self, event: str, data: Any, aim: Aim, known: Known, settle: Optional[Settle]) -> None:
        with self._changed:
            key = self.ulids.next()
        prepared = self.prepared(event, data, aim, known, key)
        with self._changed:
            first = self.line.due(0.0) is None
            self.line.push(prepared, time.monotonic(), settle)
            settled = self.taken()
            if not self._thread:
                self._start()
            if first or self.line.due(time.monotonic()) == 0.0:
                self._changed.notify_all()
        self.tell(settled)

    def confirmed(self, event: str, data: Any, aim: Aim, known: Known) -> Confirmation:
        """Waits.  Raises EmitRefused or EmitDropped."""
        heard = threading.Event()
        outcome: list = []

        def settle(one: Any) -> None:
            outcome.append(one)
            heard.set()

        self.push(event, data, unstored(event, self.aimed(aim)), known, settle)
        heard.wait()
        if isinstance(outcome[0], RoomdError):
            raise outcome[0]
        return outcome[0]

    def flush(self, timeout: float) -> bool:
        with self._changed:
            order = self.line.order
            self.line.hurry += 1
            self._changed.notify_all()
            done = self._changed.wait_for(lambda: self.line.done(order), timeout)
            self.line.hurry -= 1
        return done

    def close(self, timeout: float) -> bool:
        self.closed = True
        done = self.flush(timeout)
        with self._changed:
            self.line.drop("closed", "the emitter was closed")
            settled = self.taken()
            self._changed.notify_all()
        self.tell(settled)
        return done

    def leave(self) -> None:
        if self._thread and self._thread.is_alive():
            self.flush(self.exit_timeout)
        elif self.line.waiting():
            self.drain(self._connection, self.exit_timeout)
        self.lose("the process ended")

    def stats(self) -> dict:
        with self._changed:
            return self.line.stats()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, args=(self._changed,), name="roomd-emit", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is at its end: leave() sends
            return
        self._thread = thread
        flush_in_child()

    def _work(self, changed: threading.Condition) -> None:
        while True:
            with changed:
                now = time.monotonic()
                due = self.line.due(now)
                if due is None and self.closed:
                    self._thread = None
                    self._connection.close()
                    return
                if due is None or due > 0:
                    changed.wait(due)
                    continue
                batch = self.line.take(now)
                if batch:
                    body = self.line.body(batch)
            if batch:
                try:
                    answer: Any = self._connection.post(*body, self.limits.timeout)
                except Unreached as why:
                    answer = why
            with changed:
                if batch:
                    self.line.became(batch, answer, time.monotonic())
                settled = self.taken()
                changed.notify_all()
            self.tell(settled)
            if batch and self.compares(answer):
                try:
                    self.compare(self._connection.page(HEALTH, min(MAX_HEALTH, self.limits.timeout)))
                except Unreached:
                    pass
