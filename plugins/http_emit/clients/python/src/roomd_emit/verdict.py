"""What an answer says of each event of a batch."""
from __future__ import annotations

import json
from typing import Any, List, NamedTuple, Optional, Sequence, Union

from .errors import EmitDropped, EmitRefused, RoomdError
from .event import Confirmation, Prepared
from .http import Answer


class Again(NamedTuple):
    """Not taken now, and maybe later."""


AGAIN = Again()
Verdict = Union[Confirmation, RoomdError, Again]

# 502 and 504 are how a proxy says that it could not connect or waited too long.
_LATER = {429, 502, 503, 504}
# Codes of results that stand for 429 and 503 (docs/errors.md).
_LATER_CODES = {"over_budget", "key_rate", "overloaded", "stopping", "unavailable", "draining", "not_ready", "plugin_timeout",
                "too_many_connections", "verdict_timeout", "store_unavailable", "store_full", "store_unsure"}
# The body is at fault and not the caller: it may be the fault of one event.
_OF_THE_BODY = {400, 413, 422}


def _members(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _refusal(event: Prepared, error: Any, status: int) -> EmitRefused:
    error = _members(error)
    return EmitRefused(error.get("code", f"http_{status}"), error.get("message", f"HTTP {status}"), event.event,
                       event.key, error.get("pointer", ""), status)


def _one(event: Prepared, result: Any, status: int) -> Verdict:
    result = _members(result)
    if result.get("success"):
        return Confirmation(result.get("id", ""), result.get("recipients", 0), result.get("rooms", []),
                            result.get("duplicate", False))
    if _members(result.get("error")).get("code") in _LATER_CODES:
        return AGAIN
    return _refusal(event, result.get("error"), 422 if status < 300 else status)


def judge(events: Sequence[Prepared], answer: Answer) -> Optional[List[Verdict]]:
    """One verdict for each event.  None: one event spoils the body for all, so they are to be sent in halves."""
    try:
        said = _members(json.loads(answer.body))
    except ValueError:
        said = {}
    results = _members(said.get("data")).get("results")
    status = answer.status
    if isinstance(results, list) and len(results) == len(events):
        return [_one(event, result, status) for event, result in zip(events, results)]
    if status in _LATER:
        return [AGAIN] * len(events)
    if status in _OF_THE_BODY and len(events) > 1:
        return None
    if 200 <= status < 300:
        return [EmitDropped("answer_invalid", "the answer is not one of roomd", event.event, event.key, status=status)
                for event in events]
    return [_refusal(event, said.get("error"), status) for event in events]
