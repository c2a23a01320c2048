"""Events in line: their bounds, batches, retries and deadlines.  No input and output, no locks."""
from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, fields
from typing import Callable, Deque, List, NamedTuple, Optional, Tuple, Union

from .errors import EmitDropped, RoomdError
from .event import Confirmation, Prepared
from .http import Answer, Unreached
from .verdict import AGAIN, judge

Outcome = Union[Confirmation, RoomdError]
Settle = Callable[[Outcome], None]


@dataclass
class Limits:
    max_batch: int = 100  # events in one request
    max_batch_bytes: int = 524_288
    window: float = 0.005  # how long the first event of a batch waits for others
    max_queue: int = 10_000  # events in line
    max_queue_bytes: int = 16_777_216
    timeout: float = 2.0  # one attempt
    deadline: float = 5.0  # no attempt begins later than this after the call
    retry: float = 0.05  # the first wait after an attempt that failed
    max_retry: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name} is more than 0")


class Waiting(NamedTuple):
    prepared: Prepared
    order: int
    deadline: float
    settle: Optional[Settle]


class Line:
    """Settled events are in `settled` until whoever owns the line takes them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.settled: List[Tuple[Waiting, Outcome]] = []
        self.hurry = 0  # flushes: nothing waits for company
        self.order = 0
        self.counts = {"sent": 0, "duplicates": 0, "refused": 0, "dropped": 0, "requests": 0, "retries": 0}
        self._plain: Deque[Waiting] = deque()
        self._vanishing: Deque[Waiting] = deque()  # the volatile ones
        self._bytes = 0
        self._on_the_way: List[Waiting] = []
        self._most = limits.max_batch  # of the next batch: less after one that was to be split
        self._not_before = 0.0
        self._failures = 0  # in a row
        self._last = ""  # what became of the last attempt

    def push(self, prepared: Prepared, now: float, settle: Optional[Settle]) -> int:
        self.order += 1
        self._put(Waiting(prepared, self.order, now + self.limits.deadline, settle), last=True)
        self._bound()
        return self.order

    def due(self, now: float) -> Optional[float]:
        """Seconds until take() may give a batch or something expires; None when nothing is in line."""
        first = self._first()
        if not first:
            return None
        if self._not_before > now:
            return max(0.0, min(self._not_before, first[0].deadline) - now)
        count = len(self._plain) + len(self._vanishing)
        if self.hurry or count >= self._most or self._bytes >= self.limits.max_batch_bytes:
            return 0.0
        return max(0.0, first[0].deadline - self.limits.deadline + self.limits.window - now)

    def take(self, now: float) -> List[Waiting]:
        """The next batch, oldest first; empty when it is not time."""
        batch: List[Waiting] = []
        size = 0
        line = self._first()
        while line and line[0].deadline <= now:
            self._lose(self._out(line), "deadline", f"not taken within {self.limits.deadline:g} s{self._last}")
            line = self._first()
        if self._not_before > now:
            return batch
        while line and len(batch) < self._most:
            size += len(line[0].prepared.json)
            if batch and size > self.limits.max_batch_bytes:
                break
            batch.append(self._out(line))
            line = self._first()
        self._on_the_way = batch
        self.counts["requests"] += bool(batch)
        return batch

    def body(self, batch: List[Waiting]) -> Tuple[bytes, Optional[str]]:
        """... and the trace context: one request has one, that of the first cause."""
        events = ",".join([one.prepared.json for one in batch])
        trace = next((one.prepared.traceparent for one in batch if one.prepared.traceparent), None)
        return f'{{"atomic":false,"events":[{events}]}}'.encode("ascii"), trace

    def became(self, batch: List[Waiting], answer: Union[Answer, Unreached, None], now: float) -> None:
        """What became of a batch that was taken.  None: it was not sent, and nobody is to blame."""
        self._on_the_way = []
        if answer is None:
            return self._put_back(batch)
        self._last = f"; the last attempt: {answer if isinstance(answer, Unreached) else f'HTTP {answer.status}'}"
        if isinstance(answer, Unreached):
            return self._again(batch, now, 0.0, wait=not answer.stale)
        try:
            verdicts = judge([one.prepared for one in batch], answer)
        except Exception as why:  # nobody foresaw such an answer
            verdicts = [EmitDropped("answer_invalid", repr(why), one.prepared.event, one.prepared.key) for one in batch]
        if verdicts is None:
            self._most = (len(batch) + 1) // 2
            return self._put_back(batch)
        later = [one for one, verdict in zip(batch, verdicts) if verdict is AGAIN]
        if len(later) < len(batch):
            self._most = min(self.limits.max_batch, self._most * 2)
            self._failures = 0
        for one, verdict in zip(batch, verdicts):
            if verdict is not AGAIN:
                self._settle(one, verdict)
        if later:
            self._again(later, now, answer.retry_after or 0.0)

    def drop(self, code: str, why: str) -> None:
        line = self._first()
        while line:
            self._lose(self._out(line), code, why)
            line = self._first()

    def waiting(self) -> int:
        return len(self._plain) + len(self._vanishing) + len(self._on_the_way)

    def done(self, order: int) -> bool:
        """Whether all events up to this one are settled."""
        line = self._first()
        oldest = self._on_the_way[0].order if self._on_the_way else line[0].order if line else order + 1
        return oldest > order

    def stats(self) -> dict:
        return {"queued": self.waiting(), "queued_bytes": self._bytes, **self.counts}

    def _first(self) -> Optional[Deque[Waiting]]:
        if not self._plain:
            return self._vanishing or None
        return self._vanishing if self._vanishing and self._vanishing[0].order < self._plain[0].order else self._plain

    def _put(self, one: Waiting, last: bool) -> None:
        line = self._vanishing if one.prepared.volatile else self._plain
        line.append(one) if last else line.appendleft(one)
        self._bytes += len(one.prepared.json)

    def _out(self, line: Deque[Waiting]) -> Waiting:
        one = line.popleft()
        self._bytes -= len(one.prepared.json)
        return one

    def _again(self, batch: List[Waiting], now: float, retry_after: float, wait: bool = True) -> None:
        """Puts events back in their places, under their keys."""
        self.counts["retries"] += 1
        pause = 0.0
        if wait:
            longest = min(self.limits.max_retry, self.limits.retry * 2 ** min(self._failures, 20))
            self._failures += 1
            pause = retry_after + longest * (0.5 + random.random() / 2)
        self._not_before = now + pause
        self._put_back(batch)

    def _put_back(self, batch: List[Waiting]) -> None:
        for one in reversed(batch):
            self._put(one, last=False)
        self._bound()

    def _bound(self) -> None:
        while (len(self._plain) + len(self._vanishing) > self.limits.max_queue
               or self._bytes > self.limits.max_queue_bytes):
            self._lose(self._out(self._vanishing or self._plain), "queue_full", "more events are in line than may be")

    def _lose(self, one: Waiting, code: str, why: str) -> None:
        self._settle(one, EmitDropped(code, why, one.prepared.event, one.prepared.key))

    def _settle(self, one: Waiting, outcome: Outcome) -> None:
        if isinstance(outcome, Confirmation):
            self.counts["sent"] += 1
            self.counts["duplicates"] += bool(outcome.duplicate)
        else:
            self.counts["dropped" if isinstance(outcome, EmitDropped) else "refused"] += 1
        self.settled.append((one, outcome))
