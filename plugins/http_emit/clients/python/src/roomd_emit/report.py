"""Tells what went wrong: each error to the application's hook, else few lines to a log."""
from __future__ import annotations

import logging
import time
from typing import Callable, Dict, List, Optional

from .errors import EmitDropped, RoomdError

_MINUTE = 60.0
_MAX_KINDS = 100


class Reporter:
    def __init__(self, on_error: Optional[Callable[[RoomdError], None]], log: logging.Logger, now=time.monotonic):
        self._on_error, self._log, self._now = on_error, log, now
        self._kinds: Dict[str, List[float]] = {}  # until when it is told, and how many were kept back

    def report(self, error: RoomdError) -> None:
        try:
            if self._on_error:
                self._on_error(error)
            elif isinstance(error, EmitDropped):
                self._line("dropped", self._log.warning, "%s was dropped: %s%s", error)
            else:
                kind = f"{error.event} {error.code} {error.pointer}"
                self._line(kind, self._log.error, "%s was refused: %s%s", error)
        except Exception:  # what the application's hook or log raises is not the business of who emits
            pass

    def stale(self, told: str, catalogue: Optional[str]) -> None:
        try:
            self._log.warning("the daemon has the catalogue %s, and this code was made from %s: run `roomd catalogue emitter python` again",
                              told, catalogue)
        except Exception:
            pass

    def _line(self, kind: str, write: Callable[..., None], form: str, error: RoomdError) -> None:
        now = self._now()
        last = self._kinds.get(kind)
        if last and now < last[0]:
            last[1] += 1
            return
        if len(self._kinds) >= _MAX_KINDS:
            self._kinds.clear()
        self._kinds[kind] = [now + _MINUTE, 0]
        more = f" (and {last[1]:.0f} more since the last such line)" if last and last[1] else ""
        write(form, error.event, error, more)
