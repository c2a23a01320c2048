"""What can go wrong with an emit.  `code` is for programs and stays, the message is for people."""
from __future__ import annotations

from typing import Optional


class RoomdError(Exception):
    def __init__(self, code: str, message: str, event: str = "", key: str = "", pointer: str = "",
                 status: Optional[int] = None):
        super().__init__(f"{code}{' at ' + pointer if pointer else ''}: {message}")
        self.code, self.message = code, message
        self.event = event
        self.key = key  # by which the daemon knows the event again
        self.pointer = pointer  # where in the event the fault is: a JSON pointer such as /data/status
        self.status = status


class EmitRefused(RoomdError):
    """The daemon, or this library ahead of it, does not take the event.  Sending it again changes nothing."""


class EmitDropped(RoomdError):
    """The event was given up: `queue_full`, `deadline`, `closed`, or `answer_invalid`.

    After `deadline` and `answer_invalid` it may have been sent all the same.
    """
