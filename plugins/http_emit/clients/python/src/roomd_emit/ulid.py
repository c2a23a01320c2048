"""Keys of events."""
import os
import time

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in _LETTERS for b in _LETTERS]
_RANDOM = (1 << 80) - 1


class Ulids:
    """ULIDs that grow, also within a millisecond and when the clock is put back.  Not for two threads at once."""

    def __init__(self, now=lambda: time.time_ns() // 1_000_000, fill=os.urandom):
        self._now, self._fill = now, fill
        self._time, self._random = -1, 0

    def next(self) -> str:
        now = self._now()
        if now <= self._time and self._random < _RANDOM:
            self._random += 1
        else:
            self._time = max(now, self._time + 1)
            self._random = int.from_bytes(self._fill(10), "big")
        bits = self._time << 80 | self._random
        return "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])
